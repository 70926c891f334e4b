import AccordCore

extension Side {
    /// For tests in which the two sides change places.
    var other: Side { self == .source ? .project : .source }
}
