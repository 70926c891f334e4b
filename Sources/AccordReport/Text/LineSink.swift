/// Takes one line of a report, without its line end.
public typealias LineSink = (String) -> Void
