import AccordCore
import AccordSQLite
import AccordState
import Foundation
import StateConformance
import Testing

@Suite("The size of the state")
struct StateSizeTests {
    @Test("a linked customer costs about one kilobyte, in all")
    func size() throws {
        let state = try TemporaryState()
        let store = try state.open()
        let count = 5_000
        let read = try store.beginProjectRead("customers", fields: [])
        for start in stride(from: 1, through: count, by: 500) {
            let customers = (start..<start + 500).map(Customer.init)
            _ = try store.mirror("customers", records: customers.map(\.mirror), read: read)
            try store.settle(customers.map(\.settlement))
        }
        try store.finishFullRead("customers", read: read, complete: true, fields: [], at: 1)
        try store.checkpoint()
        let bytes = try FileManager.default.attributesOfItem(atPath: state.path)[.size] as? Int ?? .max
        #expect(Double(bytes) / Double(count) <= 1_331)
        #expect(try store.unsettledProjectRecords("customers").isEmpty)
        #expect(try store.projectRecord("customers", "84000001") == Customer(1).mirror)
        try store.close()
    }
}

/// A customer as a business has thousands.
private struct Customer {
    let number: Int

    init(_ number: Int) { self.number = number }

    var source: [String: Value] {
        [
            "first_name": .string("Margaret"), "last_name": .string("Featherstone-\(number)"),
            "email": .string("Margaret.Featherstone\(number)@example.com"),
            "phone": .string("+1415555\(1_000 + number)"),
            "company": .string("Featherstone & Daughters Ltd"),
            "tags": .set(["vip", "newsletter", "spring-\(number % 9)"]),
            "birthday": .date(CalendarDay(daysSinceEpoch: number)), "location": .string("main-street"),
            "gender": .string("female"), "language": .string("en"),
        ]
    }

    var project: [String: Value] {
        var values = source
        values["email"] = .string("margaret.featherstone\(number)@example.com")
        values["birthday"] = .timestamp(Int64(number) * 86_400)
        return values
    }

    var mirror: MirrorRecord { mirrored("\(84_000_000 + number)", project, modified: 1_700_000_000) }

    var settlement: Settlement {
        var settlement = linking(
            "CRM-\(number)", mirror.id, source: source, project: project, fingerprint: Fingerprint(of: "\(number)"),
            settlesProject: true)
        settlement.ledger = [
            LedgerRow(
                run: 1, at: 1_700_000_000, pair: "customers", sourceKey: "CRM-\(number)", projectID: mirror.id,
                side: .project, action: "create", reason: .onlyInSource),
            LedgerRow(
                run: 2, at: 1_700_000_500, pair: "customers", sourceKey: "CRM-\(number)", projectID: mirror.id,
                side: .project, action: "update",
                changes: [
                    FieldChange(
                        field: "phone", before: .string("+14155550000"), after: .string("+14155551111"),
                        origin: .string("+14155551111"), rule: .sourceChanged)
                ], reason: .rules([.sourceChanged])),
        ]
        return settlement
    }
}
