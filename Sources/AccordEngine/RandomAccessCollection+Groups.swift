extension RandomAccessCollection where Index == Int {
    /// The elements in their order, so many at a time.
    func groups(of most: Int) -> [[Element]] {
        stride(from: startIndex, to: endIndex, by: most).map { Array(self[$0..<Swift.min($0 + most, endIndex)]) }
    }
}
