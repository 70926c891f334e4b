import AccordCore
import AccordState

/// The records of a plan by what is to be done about them: the first of each kind in words, all others counted.
struct PlanSections {
    let pair: PairPlan
    let palette: Palette
    /// How many records are shown of each kind.
    let most: Int

    private struct Section {
        var title = ""
        var most: Int
        var belongs: (Entry.Kinds) -> Bool
    }

    private var sections: [Section] {
        func writes(_ kinds: Entry.Kinds) -> Bool { !kinds.isDisjoint(with: .writes) }
        /// Only its link changes, or nothing does.
        func isQuiet(_ kinds: Entry.Kinds) -> Bool {
            kinds.isDisjoint(with: [.writes, .conflicts, .quarantined])
        }
        return [
            // What is taken away comes first, so that no length of the rest hides it.
            Section(most: most) { $0.contains(.removes) },
            Section(most: most) { writes($0) && !$0.contains(.removes) },
            Section(title: "Conflicts, for a person to decide", most: most) { !writes($0) && $0.contains(.conflicts) },
            Section(title: "Quarantine, tried again when it changes", most: most) {
                !writes($0) && $0.contains(.quarantined)
            },
            Section(title: "Link changes", most: most) { isQuiet($0) && $0.contains(.changesLink) },
            Section(title: "Left alone", most: 5) {
                !writes($0) && $0.contains(.leftAlone) && !$0.contains(.changesLink)
            },
        ]
    }

    /// Each section after an empty line; nothing of those that are empty. No more records are read than are shown.
    func write(to line: LineSink) throws {
        let text = EntryText(palette: palette, send: pair.send)
        for section in sections where pair.records.contains(where: section.belongs) {
            line("")
            if !section.title.isEmpty { line("  " + palette.styled(section.title, .bold)) }
            var shown = 0
            try pair.records.forEach(where: section.belongs) { entry in
                text.lines(of: entry).forEach(line)
                shown += 1
                return shown < section.most
            }
            let count = pair.records.count(where: section.belongs)
            if count > shown {
                line(palette.styled("  … and \(grouped(count - shown)) more: accord plan --format json", .dim))
            }
        }
    }
}
