import AccordCore

extension PlanCounts {
    /// For people: records of the bucket, in a plan with these counts.
    func words(of bucket: Bucket) -> String {
        bucket == .created && sends > 0 ? "to be asked" : bucket.words
    }
}
