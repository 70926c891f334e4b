import AccordConfig
import AccordCore
import AccordFiles
import AccordTables

extension SourceSettings {
    /// What reads and writes the source. Nothing is opened yet.
    var table: any Table {
        switch self {
        case .csv(let csv): CSVTable(path: csv.file.path, name: csv.file.name, format: csv.format)
        }
    }
}
