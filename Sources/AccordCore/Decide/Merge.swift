/// Decides one field: what each side should hold, given what each held when they last agreed.
///
/// Each side is compared with **its own** base, so that a side which stores a
/// value in a form of its own never looks changed.
public enum Merge {
    /// What is known of a field on both sides.
    public struct Input: Hashable, Sendable {
        public var source: Value
        public var project: Value
        public var sourceBase: Value
        public var projectBase: Value
        /// The two sides once agreed on this field. False when a record was only just linked, or the mapping's field
        /// is new: then nobody can have subscribed again.
        public var agreedBefore: Bool
        /// The side that changed its record last, where both say when.
        public var newest: Side?
        /// The sides of which it is not known what they hold, not even that it is empty.
        public var unknown: Presence

        public init(
            source: Value, project: Value, sourceBase: Value = .null, projectBase: Value = .null,
            agreedBefore: Bool = true, newest: Side? = nil, unknown: Presence = []
        ) {
            self.source = source
            self.project = project
            self.sourceBase = sourceBase
            self.projectBase = projectBase
            self.agreedBefore = agreedBefore
            self.newest = newest
            self.unknown = unknown
        }

        var sourceChanged: Bool { !source.means(sourceBase) }
        var projectChanged: Bool { !project.means(projectBase) }
        var sameMeaning: Bool { source.means(project) }
    }

    /// What each side should hold, and by which rule.
    public struct Decision: Hashable, Sendable {
        public var source: Value
        public var project: Value
        public var rule: FieldRule

        public init(source: Value, project: Value, rule: FieldRule) {
            self.source = source
            self.project = project
            self.rule = rule
        }
    }

    public static func decide(_ field: Field, policy: ConflictPolicy, _ input: Input) -> Decision {
        if field.isOptOut { return OptOut.decide(field, input) }
        // What one side holds is not known: a write could undo what nobody has seen.
        if !input.unknown.isEmpty { return input.keep(.unknown) }
        return switch field.direction {
        case .toProject: oneWay(input, from: .source)
        case .toSource: oneWay(input, from: .project)
        case .both where field.type.isSet: sets(input, policy: policy)
        case .both: values(input, policy: policy)
        }
    }

    /// A field that flows both ways.
    private static func values(_ input: Input, policy: ConflictPolicy) -> Decision {
        switch (input.sourceChanged, input.projectChanged) {
        case (false, false):
            // Nobody touched it.
            input.keep(.unchanged)
        case (true, _) where input.sameMeaning, (_, true) where input.sameMeaning:
            // Both were changed to the same, or one was changed to what the other already said.
            input.keep(.agreed)
        case (true, false):
            input.take(.source, .sourceChanged)
        case (false, true):
            input.take(.project, .projectChanged)
        case (true, true):
            // Two people changed it to different things.
            contested(input, policy: policy)
        }
    }

    private static func contested(_ input: Input, policy: ConflictPolicy) -> Decision {
        switch policy {
        case .source: input.take(.source, .policySource)
        case .project: input.take(.project, .policyProject)
        case .newest:
            switch input.newest {
            case .source: input.take(.source, .newestSource)
            case .project: input.take(.project, .newestProject)
            case nil: input.keep(.conflict)
            }
        case .union, .manual: input.keep(.conflict)
        }
    }

    /// A field that only one side may change: the other is put back when it drifts. A blank that was blank before says
    /// nothing, and restores nothing: what the other side holds may never have been the sender's to clear.
    private static func oneWay(_ input: Input, from sender: Side) -> Decision {
        let senderChanged = sender == .source ? input.sourceChanged : input.projectChanged
        let receiverChanged = sender == .source ? input.projectChanged : input.sourceChanged
        let sent = sender == .source ? input.source : input.project
        switch (senderChanged, receiverChanged) {
        case (false, false): return input.keep(.unchanged)
        case _ where input.sameMeaning: return input.keep(.agreed)
        case (false, true) where sent.isNull: return input.keep(.agreed)
        case (true, _): return input.take(sender, sender == .source ? .sourceChanged : .projectChanged)
        case (false, true): return input.take(sender, .restored)
        }
    }

    /// A set that flows both ways: each element by itself, present or not.
    private static func sets(_ input: Input, policy: ConflictPolicy) -> Decision {
        let (source, project) = (input.source.elements, input.project.elements)
        let (sourceBase, projectBase) = (input.sourceBase.elements, input.projectBase.elements)
        let sourceToggled = source.symmetricDifference(sourceBase)
        let projectToggled = project.symmetricDifference(projectBase)
        if sourceToggled.isEmpty && projectToggled.isEmpty { return input.keep(.unchanged) }
        var (newSource, newProject) = (source, project)
        for element in sourceToggled.union(projectToggled) {
            let (inSource, inProject) = (source.contains(element), project.contains(element))
            let stays =
                if sourceToggled.contains(element), projectToggled.contains(element) {
                    staysContested(inSource: inSource, inProject: inProject, policy)
                } else {
                    sourceToggled.contains(element) ? inSource : inProject
                }
            newSource.set(element, present: stays)
            newProject.set(element, present: stays)
        }
        let rule: FieldRule =
            switch (newProject == project, newSource == source) {
            case (true, true): .agreed
            case (false, true): .sourceChanged
            case (true, false): .projectChanged
            case (false, false): .elements
            }
        return Decision(source: .elements(newSource), project: .elements(newProject), rule: rule)
    }

    /// Whether an element stays that both sides added or removed: one added and the other removed it where their bases
    /// differ.
    private static func staysContested(inSource: Bool, inProject: Bool, _ policy: ConflictPolicy) -> Bool {
        switch policy {
        case .source: inSource
        case .project: inProject
        // Nothing is lost unless asked.
        case .newest, .union, .manual: inSource || inProject
        }
    }
}

/// An opt-out always wins: no policy, timestamp or one-way rule brings a person back.
public enum OptOut {
    /// Any moment, and any word for yes, is an opt-out.
    public static func isOut(_ value: Value) -> Bool { !value.isNull && value != .boolean(false) }

    static func decide(_ field: Field, _ input: Merge.Input) -> Merge.Decision {
        if !input.unknown.isEmpty { return decideUnknown(input) }
        let (sourceWasOut, projectWasOut) = (isOut(input.sourceBase), isOut(input.projectBase))
        switch (isOut(input.source), isOut(input.project)) {
        case (true, true):
            let isKnown = input.source.means(input.sourceBase) && input.project.means(input.projectBase)
            return input.keep(isKnown ? .unchanged : .agreed)
        case (false, false):
            return input.keep(sourceWasOut || projectWasOut ? .agreed : .unchanged)
        case (false, true):
            // A blank among words for yes and no says nothing: only the word for no brings somebody back.
            let isSaid = !field.type.isBoolean || input.source == .boolean(false)
            let cameBack =
                isSaid && sourceWasOut && sameOptOut(input.project, input.projectBase)
                && input.agreedBefore && field.resubscribe.contains(.source)
            return cameBack ? input.take(.source, .resubscribed) : input.take(.project, .optOut)
        case (true, false):
            let cameBack =
                projectWasOut && sameOptOut(input.source, input.sourceBase) && input.agreedBefore
                && field.resubscribe.contains(.project)
            return cameBack ? input.take(.project, .resubscribed) : input.take(.source, .optOut)
        }
    }

    /// One side does not say whether the person opted out. The other side's opt-out counts; that the other side knows of
    /// none brings nobody back.
    private static func decideUnknown(_ input: Merge.Input) -> Merge.Decision {
        if !input.unknown.source, isOut(input.source) { return input.take(.source, .optOut) }
        // What was carried to the source before is not carried again in every run.
        if !input.unknown.project, isOut(input.project), !isOut(input.sourceBase) {
            return input.take(.project, .optOut)
        }
        return input.keep(.unknown)
    }

    /// The opt-out that both sides once agreed on, not one that came after. Of one that Accord itself carried over no
    /// moment is known at first: any moment is that one's.
    private static func sameOptOut(_ value: Value, _ base: Value) -> Bool {
        value.means(base) || base == .boolean(true)
    }
}

extension Merge.Input {
    func keep(_ rule: FieldRule) -> Merge.Decision { Merge.Decision(source: source, project: project, rule: rule) }

    /// Both sides get the value of one, which stays as it is there.
    func take(_ side: Side, _ rule: FieldRule) -> Merge.Decision {
        let value = side == .source ? source : project
        return Merge.Decision(source: value, project: value, rule: rule)
    }
}

extension Set {
    fileprivate mutating func set(_ element: Element, present: Bool) {
        if present { insert(element) } else { remove(element) }
    }
}
