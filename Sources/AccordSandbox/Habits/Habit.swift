/// Something that a live service may do otherwise than this sandbox does: what is known of it leaves that open.
public enum Habit: String, Hashable, Sendable, CaseIterable {
    // MARK: Lists

    /// Sort keys, date keys and filters that it does not know are ignored; else refused.
    case ignoresUnknownKeys = "unknown-keys-ignored"
    /// Customers cannot be sorted by their last change.
    case noSortByChange = "no-sort-by-change"
    /// Customers cannot be bounded by the day of their last change.
    case noDaysOfChange = "no-days-of-change"
    /// Customers cannot be sorted by when they were made.
    case noSortByCreation = "no-sort-by-creation"
    /// No filter lists those who opted out.
    case noUnsubscribedList = "no-unsubscribed-list"
    /// A search does not look at phones.
    case phonesUnsearched = "phones-unsearched"
    /// A page holds 15 records, whatever is asked for.
    case smallPages = "small-pages"
    /// What is said of the pages stands under `meta`.
    case pagesInMeta = "pages-in-meta"
    /// Nothing is said of how many records there are.
    case noTotals = "no-totals"

    // MARK: What records show

    /// Customers do not show whether they opted out or are archived.
    case marksUnsaid = "marks-unsaid"
    /// Customers do not show their tags.
    case tagsUnsaid = "tags-unsaid"
    /// Customers show their location's id alone.
    case locationByID = "location-by-id"
    /// Phones are shown as they are dialled at home, and as E.164 beside it.
    case nationalPhones = "national-phones"
    /// Charges show the id of their customer alone.
    case chargesOfIDs = "charges-of-ids"
    /// What is empty is left out.
    case emptyLeftOut = "empty-left-out"

    // MARK: Requests

    /// Changes of a customer's life are PUT, and nothing else.
    case lifeByPut = "life-by-put"
    /// Changes of a customer's life are POST, and nothing else.
    case lifeByPost = "life-by-post"
    /// Updates are PATCH, and nothing else.
    case updatesByPatch = "updates-by-patch"
    /// Updates are PUT, and nothing else.
    case updatesByPut = "updates-by-put"
    /// Who opted out cannot be told so.
    case noUnsubscribe = "no-unsubscribe"

    // MARK: What writes do

    /// Updates answer success and code alone.
    case silentUpdates = "silent-updates"
    /// A create makes a new customer, whoever has the e-mail or the phone already.
    case createsUnmatched = "creates-unmatched"
    /// Tags that are sent are added to those that there are.
    case tagsOnlyAdded = "tags-only-added"
    /// Null leaves a field as it is.
    case nullsIgnored = "nulls-ignored"
    /// A create that meets a known customer empties what it leaves out.
    case matchedEmptied = "matched-emptied"
    /// A create that meets somebody who opted out subscribes them again.
    case matchedSubscribed = "matched-subscribed"
    /// An update empties what it leaves out of what it could write.
    case updatesEmptied = "updates-emptied"
    /// A create that meets a known customer, and says no sign-up date, sets it to now.
    case matchedSignsUp = "matched-signs-up"
    /// Opting out and archiving do not count as a change of the record.
    case unseenLife = "unseen-life"

}

/// Services as they may be.
public enum Likeness: String, Hashable, Sendable, CaseIterable {
    /// All that is documented or assumed is so.
    case documented
    /// As the kind of application that it is mostly does.
    case likely
    /// Whatever is not documented is otherwise.
    case hostile

    public var habits: Set<Habit> {
        switch self {
        case .documented: []
        case .likely:
            [
                .ignoresUnknownKeys, .noSortByChange, .noDaysOfChange, .phonesUnsearched, .marksUnsaid, .tagsUnsaid,
                .locationByID, .lifeByPut, .updatesByPatch, .silentUpdates, .tagsOnlyAdded,
            ]
        case .hostile:
            [
                .ignoresUnknownKeys, .noSortByChange, .noDaysOfChange, .noSortByCreation, .noUnsubscribedList,
                .phonesUnsearched, .smallPages, .pagesInMeta, .marksUnsaid, .tagsUnsaid, .locationByID, .nationalPhones,
                .chargesOfIDs, .emptyLeftOut, .lifeByPost, .updatesByPut, .silentUpdates, .tagsOnlyAdded, .nullsIgnored,
                .matchedEmptied, .matchedSignsUp, .updatesEmptied, .unseenLife,
            ]
        }
    }
}

extension Set<Habit> {
    /// Reads names with commas between them: of a ``Likeness``, of habits, or of both.
    ///
    /// - Throws: ``SandboxError/habit(_:known:)``.
    public init(likeness text: String) throws(SandboxError) {
        self = []
        for name in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map(String.init) {
            if let likeness = Likeness(rawValue: name) {
                formUnion(likeness.habits)
            } else if let habit = Habit(rawValue: name) {
                insert(habit)
            } else {
                throw .habit(name)
            }
        }
    }
}
