import AccordCore

/// Reads `ask`: whom, when and how a row of the source asks for a review.
struct AskReader {
    let node: YAMLNode
    let reach: SendSchema

    private static let keys = ["channels", "reminders", "after", "within", "window", "quiet hours"]

    func rules() throws(ConfigError) -> AskRules {
        let table = try node.table("ask", keys: AskReader.keys)
        let channelsNode = try table.required("channels", next: "Write channels: [email], or sms, or both")
        let channels = try channelsNode.texts("channels")
        if let odd = channels.first(where: { reach.channels[$0] == nil }) ?? (channels.isEmpty ? "" : nil) {
            let known = reach.channels.keys.sorted()
            throw ConfigError(
                channelsNode.place, "\"\(odd.prefix(60))\" is no channel\(Suggestion.hint(for: odd, among: known))",
                next: "Channels are: \(known.joined(separator: ", "))")
        }
        var rules = AskRules(channels: Set(channels))
        if let node = table["reminders"] { rules.reminders = try node.integer("reminders", in: 0...3) }
        if let node = table["after"] { rules.delay = try AskReader.seconds(node) }
        if let node = table["within"] { rules.within = try AskReader.days(node, "within") }
        if let node = table["window"] { rules.window = try AskReader.days(node, "window") }
        guard rules.window >= rules.within else {
            throw ConfigError(
                (table["window"] ?? table["within"])?.place ?? node.place,
                "window is \(rules.window) days and within \(rules.within): a person could be asked twice about one row",
                next: "Make the window at least as long as within")
        }
        if let node = table["quiet hours"] { rules.quietHours = try quietHours(node) }
        return rules
    }

    private func quietHours(_ node: YAMLNode) throws(ConfigError) -> QuietHours {
        let table = try node.table("quiet hours", keys: ["from", "to", "time zone"])
        let zone = try table.required(
            "time zone", next: "Name the time zone of the business: time zone: America/New_York")
        let name = try zone.name("time zone")
        guard let timeZone = LocalTime(name) else {
            throw ConfigError(
                zone.place, "\"\(name.prefix(40))\" is no time zone\(LocalTime.hint(for: name))",
                next: "Write a name such as America/New_York, an offset such as \"-05:00\", or UTC")
        }
        let (from, to) = (try table.required("from"), try table.required("to"))
        let hours = QuietHours(from: try AskReader.minutes(from), to: try AskReader.minutes(to), timeZone: timeZone)
        guard hours.from != hours.to else { throw to.expected("another time of the day than from") }
        return hours
    }

    /// `20:30`, as minutes of the day.
    private static func minutes(_ node: YAMLNode) throws(ConfigError) -> Int {
        let parts = try node.name("the time").split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.count) }), let hour = Int(parts[0]),
            let minute = Int(parts[1]), (0...23).contains(hour), (0...59).contains(minute)
        else { throw node.expected("a time of the day such as \"20:30\"") }
        return hour * 60 + minute
    }

    /// `2 hours`, in seconds; 30 days at most.
    private static func seconds(_ node: YAMLNode) throws(ConfigError) -> Int64 {
        let words = try node.name("after").split(separator: " ")
        let units: [Substring: Int64] = [
            "minute": 60, "minutes": 60, "hour": 3600, "hours": 3600, "day": 86_400, "days": 86_400,
        ]
        guard words.count == 2, let count = Int64(words[0]), let unit = units[words[1]], (0...43_200).contains(count),
            count * unit <= 30 * 86_400
        else { throw node.expected("a time such as 2 hours or 3 days (30 days at most)") }
        return count * unit
    }

    private static func days(_ node: YAMLNode, _ subject: String) throws(ConfigError) -> Int {
        let words = try node.name(subject).split(separator: " ")
        guard words.count == 2, words[1] == "days" || words[1] == "day", let days = Int(words[0]),
            (1...3650).contains(days)
        else { throw node.expected("a number of days, such as 14 days") }
        return days
    }
}
