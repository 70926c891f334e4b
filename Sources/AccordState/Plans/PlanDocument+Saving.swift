import AccordCore
import AccordDisk

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension PlanDocument {
    /// Saves a plan for its owner alone: it holds what people are called and how they are reached.
    ///
    /// It takes the place of an empty file of that name, or of an earlier plan, once it is whole. A symbolic link stays, and
    /// its file is replaced; whatever else is there stays as well, and nothing is saved.
    ///
    /// - Throws: ``PlanProblem``.
    public static func save(_ plan: Plan, to path: String) throws {
        let target = try target(of: path)
        do {
            let file = try FileReplacement(of: target)
            try PlanDocument.write(plan) { try file.append($0) }
            try file.commit { try checkMayBeReplaced(target, path) }
        } catch FileReplacement.Problem.busy {
            throw PlanProblem.busy(path)
        } catch let problem as FileReplacement.Problem {
            throw PlanProblem.unwritable(file: path, reason: problem.reason)
        }
    }

    /// Whether a plan may be saved there, before it is made: that may take a while.
    ///
    /// - Throws: ``PlanProblem``.
    public static func checkMayBeSaved(to path: String) throws { _ = try target(of: path) }

    /// The file that a path names, past all symbolic links, whether it is there yet or not.
    private static func target(of path: String) throws -> String {
        var information = stat()
        guard stat(path, &information) == 0 else {
            guard errno == ENOENT else { throw unwritable(path) }
            guard lstat(path, &information) != 0 else {
                throw PlanProblem.unwritable(file: path, reason: "it is a symbolic link to a file that is not there")
            }
            return path
        }
        guard information.st_mode & S_IFMT == S_IFREG else { throw PlanProblem.noFile(path) }
        guard access(path, W_OK) == 0, let resolved = realpath(path, nil) else { throw unwritable(path) }
        defer { free(resolved) }
        let target = String(cString: resolved)
        try checkMayBeReplaced(target, path)
        return target
    }

    /// An empty file and a plan of any version may be replaced; what holds anything else is somebody's.
    private static func checkMayBeReplaced(_ target: String, _ path: String) throws {
        let descriptor = open(target, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw unwritable(path)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count >= 0 else { throw unwritable(path) }
        guard count == 0 || PlanForm.isBeginning(bytes.prefix(count)) else { throw PlanProblem.noPlan(path) }
    }

    private static func unwritable(_ path: String, _ code: Int32 = errno) -> PlanProblem {
        .unwritable(file: path, reason: SpilledBytes.reason(code))
    }
}
