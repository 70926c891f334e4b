/// How surely something is known of a service.
public enum Grade: String, Hashable, Sendable, CaseIterable {
    /// By its vendor's own words.
    case documented = "documented"
    /// In public clients of it.
    case observed = "observed"
    /// From the kind of application that it is.
    case assumed = "assumed"
}
