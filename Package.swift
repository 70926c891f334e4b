// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
]

/// A module of the house. Each imports only what stands below it: see docs/architecture.md.
func room(
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
        .library(name: "AccordConnectors", targets: ["AccordConnectors"]),
        .library(name: "ConnectorConformance", targets: ["ConnectorConformance"]),
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
        room("AccordCore", [.product(name: "Crypto", package: "swift-crypto")]),
        room(
            "AccordConfig", ["AccordCore", .product(name: "Yams", package: "Yams")],
            resources: [
                "Descriptions/project", "Tools/hubspot", "Tools/salesforce", "Tools/pipedrive", "Tools/mailchimp",
                "Tools/shopify", "Tools/google-contacts", "Tools/square-customers", "Tools/stripe-customers",
                "Tools/quickbooks", "Tools/jobber", "Tools/housecall-pro", "Tools/podium", "Tools/birdeye",
                "Tools/locations", "Tools/tags", "Tools/sources", "Tools/reviews", "Tools/messages", "Tools/ratings",
                "Tools/charges", "Tools/asks", "Tools/stripe-payments", "Tools/shopify-orders",
            ].map { .embedInCode("\($0).yaml") }),
        room("AccordStore", ["AccordCore", .product(name: "GRDB", package: "GRDB.swift")]),
        room(
            "AccordConnectors", ["AccordCore", "CCurl", .product(name: "Logging", package: "swift-log")]),
        room(
            "AccordEngine",
            [
                "AccordCore", "AccordConfig", "AccordStore", "AccordConnectors",
                .product(name: "Logging", package: "swift-log"),
            ]),
        room(
            "AccordSandbox",
            ["AccordCore", "AccordConnectors", .product(name: "Hummingbird", package: "hummingbird")]),
        room("ConnectorConformance", ["AccordCore", "AccordConnectors"]),
        .executableTarget(
            name: "accord",
            dependencies: [
                "AccordEngine", "AccordSandbox",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),
        // What the tests of several rooms draw their cases with.
        .target(name: "Chance", path: "Tests/Chance", swiftSettings: swiftSettings),
        tests("AccordCoreTests", ["AccordCore", "Chance"]),
        tests("AccordConfigTests", ["AccordCore", "AccordConfig"]),
        tests("AccordStoreTests", ["AccordCore", "AccordStore", "Chance"]),
        tests(
            "AccordConnectorsTests",
            [
                "AccordCore", "AccordConnectors", "ConnectorConformance", "Chance",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests(
            "SimulationTests",
            [
                "AccordCore", "AccordConfig", "AccordConnectors", "AccordStore", "AccordEngine", "AccordSandbox",
                "Chance", .product(name: "Logging", package: "swift-log"),
            ]),
        tests("CommandTests", ["accord", "AccordCore", "AccordConnectors", "Chance"]),
        tests("AccordSandboxTests", ["AccordCore", "AccordConnectors", "AccordSandbox"]),
    ]
)
