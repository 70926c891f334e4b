/// A transform whose word says everything: it makes one text of another, and a value goes back into the source as it is.
protocol WordTransform: TransformDefinition, TransformStep {
    init()
}

extension WordTransform {
    static var isWordAlone: Bool { true }
    static var keys: [String] { [] }

    init<Reader: SettingsReader>(_ settings: Reader) throws(Reader.Failure) { self.init() }

    var meaning: [String] { [] }
    var canBeUndone: Bool { true }
    var origin: TransformOrigin { .text }
}
