import AccordCore

extension Config {
    /// Of what bears on a plan: where both sides are and how they are read. A comment, the key's place and the speed
    /// make no plan stale; a mapping has a fingerprint of its own.
    ///
    /// - Throws: ``ConfigError`` if the description cannot be read.
    public func fingerprint() throws(ConfigError) -> Fingerprint {
        var parts = [project.url ?? ""]
        if let description = project.description {
            parts.append(try TextFile.read(path: description.path, name: description.name, limit: YAMLDocument.limit))
        }
        for pair in pairs {
            parts.append("pair \(pair.name)")
            switch pair.source {
            case .csv(let csv):
                let format = csv.format
                parts += ["csv", csv.file.path, format.delimiter.map(String.init) ?? "", format.encoding.rawValue]
                parts.append(format.formulas.rawValue)
            }
        }
        return Fingerprint(of: Fingerprint.withLengths(parts))
    }
}
