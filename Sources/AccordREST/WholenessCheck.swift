/// Watches a full read, and says at its end whether it was whole.
///
/// Pages are fetched one after the other, and the service goes on working meanwhile: a record that is created, deleted
/// or archived in between shifts the others to another page, where they are seen twice or not at all.
struct WholenessCheck {
    /// One of the records, for people: `customer`.
    private let label: String
    /// Where each id was last seen.
    private var seen: [String: Sighting] = [:]
    private var listing = Listing()
    private var number: Int32 = 0
    private var noted: String?
    /// A list said nothing of how many records it has: nothing of one read alone proves that all of them came.
    private(set) var isUncounted = false
    /// Records came while the list was read. They stand at its end, and take nothing from the read: unless as many went.
    private(set) var hasGrown = false

    private struct Sighting {
        var listing: Int32
        var page: Int32
        var isArchived: Bool
    }

    private struct Listing {
        var count = 0
        var pages = 0
        var total: Int?
    }

    init(label: String) { self.label = label }

    var doubt: String? {
        noted ?? (isUncounted ? "the service announces no total, so nothing proves that all records came" : nil)
    }

    /// Two reads of lists without totals came to the same.
    func agrees(with other: WholenessCheck) -> Bool {
        noted == nil && other.noted == nil && !seen.isEmpty && seen.count == other.seen.count
            && seen.allSatisfy { other.seen[$0.key]?.listing == $0.value.listing }
    }

    /// Distinct records.
    var count: Int { seen.count }

    /// What the listing announced last.
    var total: Int? { listing.total }

    /// A further listing begins.
    mutating func beginListing() {
        number += 1
        listing = Listing()
    }

    /// - Returns: how many of the page's records this listing had not held before.
    mutating func add(ids: [(id: String, isArchived: Bool)], page: Int, total: Int?) -> Int {
        if listing.pages > 0, total != listing.total {
            if let total, let before = listing.total, total > before {
                hasGrown = true
            } else {
                noteChange(from: listing.total, to: total)
            }
        }
        listing.pages += 1
        listing.total = total
        let before = listing.count
        if page == 1, ids.count > 1,
            ids.allSatisfy({ seen[$0.id].map { $0.listing != number && !$0.isArchived } ?? false })
        {
            // Whoever came and went, not all of a page did.
            note("the list of archived records held the others, too: the service does not list them apart")
        }
        for (id, isArchived) in ids {
            let here = Sighting(listing: number, page: Int32(clamping: page), isArchived: isArchived)
            guard let sighting = seen.updateValue(here, forKey: id) else {
                listing.count += 1
                continue
            }
            if sighting.listing == number {
                note(
                    sighting.page == here.page
                        ? "page \(page) held \(label) \(id) twice"
                        : "page \(sighting.page) and page \(page) both held \(label) \(id): "
                            + "records moved while they were read")
            } else {
                listing.count += 1
                // A service that lists archived records in both listings has moved nothing.
                if !sighting.isArchived {
                    note("\(label) \(id) was archived or unarchived while the records were read")
                }
            }
        }
        return listing.count - before
    }

    /// - Parameter isSingle: the service gave all there is in one answer, so that no announced total is needed.
    mutating func endListing(isSingle: Bool) {
        switch listing.total {
        case let total? where total != listing.count: note("\(total) were announced, \(listing.count) came")
        case nil where !isSingle: isUncounted = true
        default: break
        }
    }

    /// Records came or went.
    mutating func noteChange(from before: Int?, to after: Int?) {
        note("the number of records changed from \(text(before)) to \(text(after)) while they were read")
    }

    /// Of several doubts the first counts.
    mutating func note(_ doubt: String) {
        if noted == nil { noted = doubt }
    }

    private func text(_ total: Int?) -> String { total.map(String.init) ?? "nothing" }
}
