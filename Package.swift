// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
]

/// A library module. Each imports only modules listed before it: see docs/architecture.md.
func module(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [],
    plugins: [Target.PluginUsage]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings, plugins: plugins)
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
        .library(name: "AccordState", targets: ["AccordState"]),
        .library(name: "StateConformance", targets: ["StateConformance"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
        // What Hummingbird's connections and headers are made of.
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .systemLibrary(name: "CMalloc"),
        .target(name: "CPhone", linkerSettings: [.linkedLibrary("phonenumber")]),
        module("AccordCore", ["CPhone", .product(name: "Crypto", package: "swift-crypto")]),
        // For tests, the checks of StateConformance and the sandbox: what happens by chance in them can happen again.
        module("Chance", ["AccordCore"]),
        module("AccordDisk", [.product(name: "SystemPackage", package: "swift-system")]),
        module("AccordTables", ["AccordCore"]),
        module("TableConformance", ["AccordCore", "AccordTables"]),
        module("AccordFiles", ["AccordCore", "AccordDisk", "AccordTables"]),
        module("AccordHTTP", ["AccordCore", "CCurl"]),
        module(
            "AccordREST", ["AccordCore", "AccordTables", "AccordHTTP", .product(name: "Logging", package: "swift-log")]),
        // The mappings and the API's description are part of the program: the build finds them in their folders.
        .executableTarget(name: "embed-files", swiftSettings: swiftSettings),
        .plugin(name: "EmbedFiles", capability: .buildTool, dependencies: ["embed-files"]),
        module(
            "AccordConfig", ["AccordCore", "AccordFiles", "AccordREST", .product(name: "Yams", package: "Yams")],
            exclude: ["Descriptions", "Mappings"], plugins: ["EmbedFiles"]),
        module(
            "AccordState", ["AccordCore", "AccordDisk", .product(name: "SystemPackage", package: "swift-system")]),
        module("StateConformance", ["AccordCore", "AccordState", "Chance"]),
        module(
            "AccordSQLite",
            [
                "AccordCore", "AccordState", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        module(
            "AccordEngine",
            ["AccordCore", "AccordTables", "AccordState", .product(name: "Logging", package: "swift-log")]),
        module("AccordReviews", ["AccordCore", "AccordTables", "AccordState", "AccordEngine"]),
        module(
            "AccordSandbox",
            [
                "AccordCore", "AccordTables", "AccordHTTP", "Chance",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
            ]),
        module(
            "AccordWorkspace",
            [
                "AccordCore", "AccordConfig", "AccordTables", "AccordFiles", "AccordHTTP", "AccordREST", "AccordSQLite",
                "AccordState", "AccordEngine", "AccordReviews", .product(name: "Logging", package: "swift-log"),
            ]),
        module("AccordReport", ["AccordCore", "AccordState", "AccordEngine"]),
        .executableTarget(
            name: "accord",
            dependencies: [
                "AccordCore", "AccordConfig", "AccordTables", "AccordFiles", "AccordHTTP", "AccordREST", "AccordState",
                "AccordEngine", "AccordWorkspace", "AccordReport", "AccordSandbox",
                .target(name: "CMalloc", condition: .when(platforms: [.linux])),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swiftSettings),
        // Tables for the tests of several modules.
        .target(
            name: "TableFakes", dependencies: ["AccordCore", "AccordTables"], path: "Tests/TableFakes",
            swiftSettings: swiftSettings),
        tests("AccordDiskTests", ["AccordDisk"]),
        tests("AccordCoreTests", ["AccordCore", "Chance"]),
        tests("AccordConfigTests", ["AccordCore", "AccordFiles", "AccordREST", "AccordConfig", "AccordReport"]),
        tests(
            "TableConformanceTests",
            ["AccordCore", "AccordTables", "TableConformance", "TableFakes"]),
        tests(
            "AccordFilesTests",
            ["AccordCore", "AccordDisk", "AccordTables", "AccordFiles", "TableConformance", "Chance"]),
        tests("AccordHTTPTests", ["AccordCore", "AccordHTTP", "Chance"]),
        tests(
            "AccordRESTTests",
            [
                "AccordCore", "AccordTables", "AccordHTTP", "AccordREST", "AccordConfig", "TableConformance", "Chance",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests(
            "AccordStateTests",
            ["AccordCore", "AccordFiles", "AccordREST", "AccordConfig", "AccordState", "AccordEngine", "Chance"],
            resources: [.copy("Golden")]),
        tests(
            "AccordSQLiteTests",
            [
                "AccordCore", "AccordState", "StateConformance", "AccordSQLite",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        tests("AccordReportTests", ["AccordCore", "AccordState", "AccordEngine", "AccordReport"]),
        tests(
            "SimulationTests",
            [
                "AccordCore", "AccordConfig", "AccordFiles", "AccordHTTP", "AccordREST", "AccordState", "AccordSQLite",
                "AccordEngine", "AccordTables", "AccordWorkspace", "AccordReport", "AccordSandbox", "Chance",
                "TableFakes",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests(
            "CommandTests",
            [
                "accord", "AccordCore", "AccordConfig", "AccordFiles", "AccordHTTP", "AccordREST", "AccordState",
                "AccordReport", "Chance", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        tests(
            "AccordReviewsTests",
            ["AccordCore", "AccordTables", "AccordEngine", "AccordReviews", "TableConformance", "TableFakes"]),
        tests("AccordSandboxTests", ["AccordCore", "AccordHTTP", "AccordSandbox"]),
    ],
    // What libphonenumber's headers ask for.
    cxxLanguageStandard: .cxx17
)
