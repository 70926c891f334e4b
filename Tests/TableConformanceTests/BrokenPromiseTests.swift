import AccordCore
import AccordTables
import TableConformance
import TableFakes
import Testing

@Suite("A broken promise is found")
struct BrokenPromiseTests {
    /// Beside each check of the suite, what breaks its promise.
    static let promises: [(check: String, faults: [BrokenTable.Fault])] = [
        ("every record is scanned once, with its values", [.losesARecord, .handsOverTwice]),
        ("the proof counts the records, and an undisturbed scan is whole", [.countsOneMore, .isNeverWhole]),
        ("a table without records is scanned whole", [.isNotWholeWhenEmpty]),
        ("many records come in batches of a bounded size", [.handsOverOneBatch, .losesARecord]),
        ("the schema has the columns, and what it says it can do it conforms to", [.hidesAColumn]),
        ("two scans agree, and no two different records share a fingerprint", [.changesFingerprints]),
        ("a record that somebody changed has another fingerprint, and the others keep theirs", [.fingerprintsOnlyKeys]),
        ("an error of the caller ends the scan and comes back", [.swallowsErrors]),
        (
            "a record that cannot be read is handed over with its problem, or keeps the scan from being whole",
            [.hidesProblems, .losesProblems]
        ),
        (
            "a field that the table leaves out is absent, and one that is blank is empty",
            [.emptiesWhatIsLeftOut, .leavesOutWhatIsEmpty, .confusesLeftOutAndEmpty]
        ),
        (
            "a record of which the table does not say whether it is archived, or when it changed, says neither",
            [.takesUnsaidForNotArchived, .datesWhatSaysNoDate, .confusesLeftOutAndEmpty]
        ),
        ("a scan during which the table changes claims no more than it saw", [.stampsAtTheEnd, .losesWhatFollows]),
        (
            "a scan during which a record goes away hands over each of the others once, or says what it missed",
            [.losesWhatFollows, .handsOverTwice]
        ),
        ("stamps are equal when nothing changed, and the scan has the same", [.stampNeverEqual]),
        ("a change by somebody else changes the stamp", [.stampNeverChanges]),
        ("every record that holds a value is found, and no other", [.findsOnlyOne, .findsByPrefix]),
        ("a value that no record holds finds nothing", [.findsAll]),
        ("an archived record is found", [.findsNoArchived]),
        ("a record is found by what it holds now", [.findsWhatWas]),
        ("what changed since the cursor is handed over as it is now", [.losesAChange]),
        ("the newest change comes first", [.oldestFirst]),
        ("many changes all come, in batches of a bounded size", [.losesManyChanges]),
        ("what a read shows that does not come to its end, its cursor shows again", [.showsOnce]),
        ("what changes while changes are read comes then or with the next cursor", [.cursorSkipsWhatCameMeanwhile]),
        ("what changes while the table is scanned comes with the cursor from before", [.cursorIsAhead]),
        ("the next cursor shows what changes after it", [.nextCursorIsAhead]),
        ("archiving is a change, unless the table says that it cannot show it", [.losesArchived]),
        ("a created record is stored as the answer says", [.claimsWithoutWriting]),
        ("a written update changes only its cells", [.blanksOtherCells, .claimsWithoutWriting]),
        ("an absent cell is left as it is, and an empty one is blanked", [.blanksAbsentCells, .leavesEmptyCells]),
        ("a deleted record is gone", [.doesNotDelete]),
        ("a change of a record that is not there is not claimed, and nothing changes", [.claimsWhatIsMissing]),
        ("a change that is refused leaves the record as it is", [.writesHalfAndRefuses]),
        ("a write that is made and whose answer is lost is not said to have failed", [.saysLostIsRefused]),
        ("a write that is not made and whose answer is lost is not said to be stored", [.saysLostIsStored]),
        (
            "of a change of which a part cannot be made nothing is said that is not so",
            [.writesHalfAndRefuses, .writesHalfAndClaims]
        ),
        ("a record that the table archives is archived", [.doesNotArchive]),
        ("a batch changes the stamp, and answers with the new one", [.answersTheOldStamp, .stampNeverChanges]),
        (
            "an update of a batch changes only its cells, and records that it does not name keep theirs",
            [.blanksOtherCells]
        ),
        (
            "a batch answers what a new scan shows",
            [.claimsWithoutWriting, .doesNotDelete, .forgetsAnOutcome, .saysAnOutcomeTwice]
        ),
        ("a change whose expectation is not met is refused whole, and the others are made", [.expectsNothing]),
        (
            "in a batch nothing is expected of an absent cell, and what is to be absent is left",
            [.expectsOfAbsent, .blanksAbsentCells, .leavesEmptyCells]
        ),
        ("a table that somebody changed is not written", [.ignoresTheStamp]),
        ("a record whose key is taken is not created", [.writesOverATakenKey]),
        ("what a batch deletes is gone", [.doesNotDelete]),
        ("an error of whoever takes the outcomes comes back, and undoes nothing", [.swallowsErrors, .doesNotDelete]),
        ("awkward texts survive an update and a create", [.trimsTexts]),
    ]

    @Test("each check but the one for duplicates has a fault that it finds, and each fault is found")
    func everyCheck() {
        let names = TableConformance.checks.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.filter { $0 != BrokenPromiseTests.duplicates } == Self.promises.map(\.check))
        #expect(Set(Self.promises.flatMap(\.faults)) == Set(BrokenTable.Fault.allCases))
    }

    @Test(arguments: promises.flatMap { promise in promise.faults.map { (promise.check, $0) } })
    func found(_ name: String, _ fault: BrokenTable.Fault) async throws {
        let check = try #require(TableConformance.checks.first { $0.name == name })
        let conformance = TableConformance(isText: false) { columns, rows in
            let table = MemoryTable(columns: columns, rows: rows)
            let first = zip(columns, rows.first ?? []).map { ($0, Value.text($1)) }
            let broken = BrokenTable(
                table, fault, first: Dictionary(first, uniquingKeysWith: { first, _ in first }))
            return table.subject(as: broken)
        }
        await #expect(throws: ConformanceFailure.self) { try await check.run(conformance) }
    }

    static let duplicates = "records with one key are handed over as they are"

    @Test("a table of text that drops a record with a key that is used is found")
    func droppedDuplicate() async throws {
        struct Deduplicating: ScannableTable {
            let name = "text"
            let rows: [TextRow]
            var capabilities: Capabilities { Capabilities(scan: true) }

            func schema() async throws -> TableSchema {
                TableSchema(name: name, columns: rows.first?.header.columns ?? [])
            }

            func scan(_ take: (RecordBatch) async throws -> Void) async throws -> ScanProof {
                var keys: Set<String> = []
                let kept = rows.filter { keys.insert($0[0]).inserted }
                try await take(
                    RecordBatch(
                        kept.map { TableRecord(cells: .text($0), fingerprint: Fingerprint(of: $0.texts.joined())) }))
                return ScanProof(count: kept.count)
            }
        }
        let check = try #require(TableConformance.checks.first { $0.name == Self.duplicates })
        let conformance = TableConformance(isText: true) { columns, rows in
            let header = TextRow.Header(columns)
            let table = Deduplicating(rows: rows.map { TextRow(header: header, cells: $0) })
            return TableConformance.Subject(table: table) { _, _, _ in }
        }
        await #expect(throws: ConformanceFailure.self) { try await check.run(conformance) }
    }
}
