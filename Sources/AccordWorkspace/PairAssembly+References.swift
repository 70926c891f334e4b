import AccordConfig
import AccordCore
import AccordEngine

extension PairAssembly {
    /// A field may only name records of a pair that exists and that keeps what the field refers to.
    func checkReferences(_ pairs: [Pair]) throws(ConfigError) {
        let known = config.pairs.map(\.name)
        for pair in pairs {
            for field in pair.mapping.fields {
                guard let name = field.pair, let place = field.place else { continue }
                guard known.contains(name) else {
                    throw ConfigError(
                        place, "there is no pair \"\(name)\"\(Suggestion.hint(for: name, among: known))",
                        next: "Write it under pairs in accord.yaml")
                }
                let wanted = pair.schema.field(field.name)?.refersTo
                if let other = pairs.first(where: { $0.name == name }), other.schema.name != wanted {
                    throw ConfigError(
                        place,
                        "\(field.name) names one of the \(wanted ?? "records"), and the pair \(name) keeps "
                            + other.schema.name)
                }
            }
        }
    }
}
