import AccordCore

/// How types and transforms read their keys.
extension YAMLTable: SettingsReader {
    func text(_ key: String) throws(ConfigError) -> String? { try self[key]?.text(key) }

    func name(_ key: String) throws(ConfigError) -> String? { try self[key]?.name(key) }

    func texts(_ key: String) throws(ConfigError) -> [String]? { try self[key]?.texts(key) }

    func integer(_ key: String, in range: ClosedRange<Int>) throws(ConfigError) -> Int? {
        try self[key]?.integer(key, in: range)
    }

    func table(_ key: String) throws(ConfigError) -> [String: String]? {
        guard let node = self[key] else { return nil }
        var texts: [String: String] = [:]
        for entry in try node.table(key).entries {
            texts[entry.key] = try entry.value.text("what \"\(entry.key.prefix(60))\" becomes")
        }
        return texts
    }

    func missing(_ key: String, next: String?) -> ConfigError {
        ConfigError(place, "\(subject) has no \"\(key)\"", next: next)
    }

    func expected(_ expectation: String, at key: String) -> ConfigError {
        self[key]?.expected(expectation) ?? missing(key, next: nil)
    }

    func problem(_ what: String, at keys: [String], next: String) -> ConfigError {
        ConfigError(keys.lazy.compactMap { self[$0] }.first?.place ?? place, what, next: next)
    }
}
