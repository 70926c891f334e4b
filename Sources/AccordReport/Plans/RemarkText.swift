import AccordCore

/// What a plan says besides its records, in lines for a person at a terminal: notes, refusals, a failure.
struct RemarkText {
    let palette: Palette

    func line(of note: PlanNote) -> String {
        palette.styled("! ", .yellow) + note.description.displayed(limit: 400)
    }

    func lines(of refusal: Refusal) -> [String] {
        [palette.styled("✗ Refused: ", .red, .bold) + refusal.what] + (refusal.next.map { ["  \($0)."] } ?? [])
    }

    func line(ofFailure failure: String) -> String {
        palette.styled("✗ ", .red, .bold) + failure.displayed(limit: 1000)
    }
}
