import AccordEngine
import Dispatch

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ctrl-C and a scheduler's TERM finish what is in flight and stop; a second one ends the program at once.
struct Interrupt {
    private let sources: [any DispatchSourceSignal]

    init(_ stop: StopSignal) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                if stop.isStopped { _exit(128 + number) }
                stop.stop()
                Terminal.error.write("accord: stopping; what is in flight is finished first")
            }
            source.resume()
            return source
        }
    }

    func cancel() { for source in sources { source.cancel() } }
}
