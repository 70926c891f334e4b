// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
]

/// A library module. Each imports only modules listed before it: see docs/architecture.md.
func module(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

let package = Package(
    name: "Accord",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "accord", targets: ["accord"]),
        .library(name: "AccordCore", targets: ["AccordCore"]),
        .library(name: "AccordTables", targets: ["AccordTables"]),
        .library(name: "TableConformance", targets: ["TableConformance"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        module("AccordCore", [.product(name: "Crypto", package: "swift-crypto")]),
        module(
            "AccordConfig", ["AccordCore", .product(name: "Yams", package: "Yams")],
            resources: [
                "Descriptions/project", "Tools/hubspot", "Tools/salesforce", "Tools/pipedrive", "Tools/mailchimp",
                "Tools/shopify", "Tools/google-contacts", "Tools/square-customers", "Tools/stripe-customers",
                "Tools/quickbooks", "Tools/jobber", "Tools/housecall-pro", "Tools/podium", "Tools/birdeye",
                "Tools/locations", "Tools/tags", "Tools/sources", "Tools/reviews", "Tools/messages", "Tools/ratings",
                "Tools/charges", "Tools/asks", "Tools/stripe-payments", "Tools/shopify-orders",
            ].map { .embedInCode("\($0).yaml") }),
        module("AccordTables", ["AccordCore"]),
        module("TableConformance", ["AccordCore", "AccordTables"]),
        module("AccordFiles", ["AccordCore", "AccordTables"]),
        module("AccordHTTP", ["AccordCore", "CCurl", .product(name: "Logging", package: "swift-log")]),
        module(
            "AccordREST", ["AccordCore", "AccordTables", "AccordHTTP", .product(name: "Logging", package: "swift-log")]),
        module("AccordSQLite", ["AccordCore", .product(name: "GRDB", package: "GRDB.swift")]),
        module(
            "AccordEngine",
            ["AccordCore", "AccordTables", "AccordSQLite", .product(name: "Logging", package: "swift-log")]),
        module(
            "AccordSandbox",
            ["AccordCore", "AccordHTTP", "AccordREST", .product(name: "Hummingbird", package: "hummingbird")]),
        .executableTarget(
            name: "accord",
            dependencies: [
                "AccordConfig", "AccordFiles", "AccordHTTP", "AccordREST", "AccordEngine", "AccordSandbox",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),
        // What the tests of several modules draw their cases with.
        .target(name: "Chance", dependencies: ["AccordCore"], path: "Tests/Chance", swiftSettings: swiftSettings),
        tests("AccordCoreTests", ["AccordCore", "Chance"]),
        tests("AccordConfigTests", ["AccordCore", "AccordConfig"]),
        tests("AccordFilesTests", ["AccordCore", "AccordFiles", "TableConformance", "Chance"]),
        tests(
            "AccordHTTPTests", ["AccordCore", "AccordHTTP", "Chance", .product(name: "Logging", package: "swift-log")]),
        tests(
            "AccordRESTTests",
            [
                "AccordCore", "AccordTables", "AccordHTTP", "AccordREST", "Chance",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests("AccordSQLiteTests", ["AccordCore", "AccordSQLite", "Chance"]),
        tests(
            "SimulationTests",
            [
                "AccordCore", "AccordConfig", "AccordFiles", "AccordHTTP", "AccordREST", "AccordSQLite", "AccordEngine",
                "AccordSandbox", "Chance", .product(name: "Logging", package: "swift-log"),
            ]),
        tests("CommandTests", ["accord", "AccordCore", "AccordFiles", "Chance"]),
        tests("AccordSandboxTests", ["AccordCore", "AccordHTTP", "AccordSandbox"]),
    ]
)
