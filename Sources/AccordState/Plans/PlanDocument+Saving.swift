import AccordCore
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension PlanDocument {
    /// Saves a plan for its owner alone: it holds what people are called and how they are reached.
    ///
    /// It takes the place of the file of that name once it is whole. A symbolic link stays, and its file is replaced; what
    /// is no file stays as well, and nothing is saved.
    ///
    /// - Throws: ``PlanProblem/unwritable(file:reason:)``, ``PlanProblem/noFile(_:)``.
    public static func save(_ plan: Plan, to path: String) throws {
        let target = try target(of: path)
        // The name is nobody else's: neither a run at the same time nor what a killed one left behind is in the way.
        var name = Array("\(target).XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw unwritable(path) }
        do {
            try PlanDocument.write(plan) { bytes in
                do {
                    try FileDescriptor(rawValue: descriptor).writeAll(bytes)
                } catch let error as Errno {
                    throw unwritable(path, error.rawValue)
                }
            }
            guard fsync(descriptor) == 0, rename(name, target) == 0 else { throw unwritable(path) }
            close(descriptor)
        } catch {
            close(descriptor)
            unlink(name)
            throw error
        }
    }

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
        return String(cString: resolved)
    }

    private static func unwritable(_ path: String, _ code: Int32 = errno) -> PlanProblem {
        .unwritable(file: path, reason: SpilledBytes.reason(code))
    }
}
