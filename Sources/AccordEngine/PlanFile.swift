import AccordCore
import Foundation

/// A saved plan: JSON that a person can read and a machine can apply, once.
public enum PlanFile {
    /// The bytes of a plan; the same plan gives the same bytes.
    public static func encode(_ plan: Plan) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(plan)
    }

    /// Saves a plan for its owner alone: it holds what people are called and how they are reached.
    public static func write(_ plan: Plan, to path: String) throws {
        let bytes = try encode(plan)
        let draft = "\(path).\(ProcessInfo.processInfo.processIdentifier).tmp"
        guard FileManager.default.createFile(atPath: draft, contents: bytes, attributes: [.posixPermissions: 0o600]),
            rename(draft, path) == 0
        else {
            try? FileManager.default.removeItem(atPath: draft)
            throw EngineError.planUnwritable(file: path)
        }
    }

    /// What tells one plan from another: a plan is applied once.
    public static func id(of plan: Plan) throws -> Fingerprint { Fingerprint(of: Array(try encode(plan))) }

    public static func decode(_ data: Data, file: String) throws(EngineError) -> Plan {
        let plan: Plan
        do {
            plan = try JSONDecoder().decode(Plan.self, from: data)
        } catch let DecodingError.dataCorrupted(context) {
            throw .planUnreadable(file: file, reason: context.debugDescription)
        } catch let DecodingError.keyNotFound(key, _) {
            throw .planUnreadable(file: file, reason: "\"\(key.stringValue)\" is missing")
        } catch {
            throw .planUnreadable(file: file, reason: "a value is not of the kind that a plan has there")
        }
        guard plan.version == Plan.formatVersion else {
            throw .planUnreadable(
                file: file,
                reason: "its version is \(plan.version), and this Accord reads version \(Plan.formatVersion)")
        }
        return plan
    }
}
