import AccordCore
import Testing

@Suite("Types of fields")
struct FieldTypeTests {
    /// Fingerprints of mappings and of records are made of these, and kept: no renaming in the program changes one.
    @Test("what a type means is as every version of Accord has said it")
    func meanings() {
        #expect(
            FieldType.definitions.map { FieldType(standardOf: $0).meaning } == [
                ["string"], ["integer"], ["decimal"],
                ["boolean", "3:Yes4:true1:11:y2:on", "2:No5:false1:01:n3:off"], ["date", "yyyy-MM-dd"],
                ["timestamp", "iso", "UTC"], ["set", ","], ["email"], ["phone", ""], ["money", "", ""],
            ])
    }
}
