import AccordCore
import AccordState
import GRDB

/// The form of the state.
enum Schema {
    /// Tells a state of Accord from any other database: "Accd".
    static let applicationID = 0x4163_6364

    /// What SQLite keeps as `user_version`. A form never changes once it is released: another one has the next number.
    /// What builds of before 0.1.0 made has none (0).
    static let version = 1

    /// Makes sure that a database holds a state in this form; one that holds nothing yet becomes one, in one transaction: of
    /// a process that dies in the middle nothing is left that is not undone by whoever opens it next.
    ///
    /// - Throws: ``StateError`` for any other database, which stays as it is.
    static func prepare(
        _ queue: DatabaseQueue, path: String, now: Int64, newID: String, durability: Durability
    ) throws {
        if try queue.read({ try isReady($0, path: path) }) { return }
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: durability.pragma(isDurable: true))
            try db.inTransaction(.immediate) {
                // Another process may have begun it in the meantime.
                if try isReady(db, path: path) { return .commit }
                try db.execute(sql: tables)
                try db.execute(
                    sql: "INSERT INTO meta (id, created, settled) VALUES (?, ?, 0)", arguments: [newID, now])
                try db.execute(sql: "INSERT INTO salts (salt) VALUES (randomblob(\(SuppressionList.Salt.size)))")
                try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
                return .commit
            }
        }
    }

    /// Whether a state is there already. A database without a table is nobody's, unless it says whose it is.
    private static func isReady(_ db: Database, path: String) throws -> Bool {
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        let owner = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        if tables == 0, owner == 0, found == 0 { return false }
        guard owner == applicationID else { throw StateError.foreign(path: path) }
        if tables == 0 { throw StateError.corrupt(path: path, reason: "it has no tables") }
        if found > version { throw StateError.newer(path: path) }
        if found < version { throw StateError.older(path: path) }
        return true
    }

    // A pair's name stands once, its number everywhere else; `project_base` is spelled out only where it differs from
    // `source_base`, and `record` only where it differs from the base: that is what keeps a customer near one kilobyte.
    private static let tables = """
        CREATE TABLE meta (
            id TEXT NOT NULL,
            created INTEGER NOT NULL,
            settled INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE pairs (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            reads INTEGER NOT NULL DEFAULT 0,
            mirror_cursor TEXT,
            last_full_read INTEGER,
            source_memory TEXT,
            linked INTEGER NOT NULL DEFAULT 0,
            live INTEGER NOT NULL DEFAULT 0,
            archived INTEGER NOT NULL DEFAULT 0,
            gone INTEGER NOT NULL DEFAULT 0,
            mirrored_fields TEXT,
            base_columns TEXT,
            renamed INTEGER NOT NULL DEFAULT 0
        ) STRICT;

        CREATE TABLE links (
            id INTEGER PRIMARY KEY,
            pair INTEGER NOT NULL REFERENCES pairs (id),
            source_key TEXT NOT NULL,
            project_id TEXT NOT NULL,
            state TEXT NOT NULL,
            source_base TEXT NOT NULL,
            project_base TEXT,
            UNIQUE (pair, source_key),
            UNIQUE (pair, project_id)
        ) STRICT;

        -- What a scan of the source needs of every link, read in one go.
        CREATE TABLE link_index (
            pair INTEGER NOT NULL,
            link INTEGER NOT NULL,
            key_hash INTEGER NOT NULL,
            source_fingerprint BLOB,
            PRIMARY KEY (pair, link)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE project_records (
            row INTEGER PRIMARY KEY,
            pair INTEGER NOT NULL REFERENCES pairs (id),
            id TEXT NOT NULL,
            fingerprint BLOB NOT NULL,
            match_a TEXT,
            match_b TEXT,
            modified INTEGER,
            archived INTEGER NOT NULL,
            gone INTEGER NOT NULL,
            settled INTEGER NOT NULL,
            seen INTEGER NOT NULL,
            record TEXT,
            unknown_fields TEXT,
            answer BLOB,
            UNIQUE (pair, id)
        ) STRICT;
        CREATE INDEX project_records_match_a ON project_records (match_a, pair) WHERE match_a IS NOT NULL;
        CREATE INDEX project_records_match_b ON project_records (match_b, pair) WHERE match_b IS NOT NULL;
        CREATE INDEX project_records_unsettled ON project_records (pair, id) WHERE settled = 0;

        CREATE TABLE runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            plan_id TEXT,
            started INTEGER NOT NULL,
            ended INTEGER,
            outcome TEXT,
            requests INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX runs_plan ON runs (plan_id) WHERE plan_id IS NOT NULL;

        CREATE TABLE intents (
            pair INTEGER NOT NULL REFERENCES pairs (id),
            position INTEGER NOT NULL,
            run INTEGER NOT NULL,
            source_key TEXT,
            project_id TEXT,
            version INTEGER NOT NULL,
            record TEXT NOT NULL,
            begun INTEGER NOT NULL,
            PRIMARY KEY (pair, run, position)
        ) STRICT;
        CREATE INDEX intents_source_key ON intents (pair, source_key);
        CREATE INDEX intents_project_id ON intents (pair, project_id);

        CREATE TABLE quarantine (
            id INTEGER PRIMARY KEY,
            pair INTEGER NOT NULL REFERENCES pairs (id),
            side TEXT NOT NULL,
            key TEXT NOT NULL,
            label TEXT NOT NULL,
            cause TEXT NOT NULL,
            message TEXT NOT NULL,
            file TEXT,
            line INTEGER,
            operation_fingerprint BLOB,
            record_fingerprint BLOB,
            fields TEXT NOT NULL,
            run INTEGER NOT NULL,
            since INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX quarantine_key ON quarantine (pair, key);

        -- The first salt is the state's own; each imported list brings another.
        CREATE TABLE salts (
            id INTEGER PRIMARY KEY,
            salt BLOB NOT NULL UNIQUE
        ) STRICT;

        CREATE TABLE suppressed (
            hash BLOB PRIMARY KEY,
            salt_id INTEGER NOT NULL REFERENCES salts (id),
            since INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- What was found out about the project's service.
        CREATE TABLE findings (
            claim TEXT PRIMARY KEY,
            verdict TEXT NOT NULL,
            way TEXT,
            evidence TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE conflicts (
            pair INTEGER NOT NULL REFERENCES pairs (id),
            source_key TEXT NOT NULL,
            field TEXT NOT NULL,
            project_id TEXT NOT NULL,
            label TEXT NOT NULL,
            version INTEGER NOT NULL,
            conflict TEXT NOT NULL,
            since INTEGER NOT NULL,
            resolution TEXT,
            PRIMARY KEY (pair, source_key, field)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE ledger (
            id INTEGER PRIMARY KEY,
            run INTEGER NOT NULL,
            at INTEGER NOT NULL,
            pair INTEGER NOT NULL REFERENCES pairs (id),
            source_key TEXT,
            project_id TEXT,
            side TEXT NOT NULL,
            action TEXT NOT NULL,
            reason TEXT NOT NULL,
            details TEXT,
            changes TEXT
        ) STRICT;
        CREATE INDEX ledger_key ON ledger (source_key, pair) WHERE source_key IS NOT NULL;
        CREATE INDEX ledger_run ON ledger (run);

        -- Counts that a run needs are kept, not counted: they cost the same however many records there are.
        CREATE TRIGGER links_added AFTER INSERT ON links BEGIN
            UPDATE pairs SET linked = linked + (NEW.state = 'active') WHERE id = NEW.pair;
        END;
        CREATE TRIGGER links_removed AFTER DELETE ON links BEGIN
            UPDATE pairs SET linked = linked - (OLD.state = 'active') WHERE id = OLD.pair;
        END;
        CREATE TRIGGER links_changed AFTER UPDATE OF state ON links WHEN NEW.state <> OLD.state BEGIN
            UPDATE pairs SET linked = linked + (NEW.state = 'active') - (OLD.state = 'active') WHERE id = NEW.pair;
        END;
        CREATE TRIGGER project_records_added AFTER INSERT ON project_records BEGIN
            UPDATE pairs SET
                live = live + (NEW.gone = 0 AND NEW.archived = 0),
                archived = archived + (NEW.gone = 0 AND NEW.archived = 1),
                gone = gone + NEW.gone
            WHERE id = NEW.pair;
        END;
        CREATE TRIGGER project_records_removed AFTER DELETE ON project_records BEGIN
            UPDATE pairs SET
                live = live - (OLD.gone = 0 AND OLD.archived = 0),
                archived = archived - (OLD.gone = 0 AND OLD.archived = 1),
                gone = gone - OLD.gone
            WHERE id = OLD.pair;
        END;
        CREATE TRIGGER project_records_changed AFTER UPDATE OF archived, gone ON project_records
        WHEN NEW.archived <> OLD.archived OR NEW.gone <> OLD.gone BEGIN
            UPDATE pairs SET
                live = live + (NEW.gone = 0 AND NEW.archived = 0) - (OLD.gone = 0 AND OLD.archived = 0),
                archived = archived + (NEW.gone = 0 AND NEW.archived = 1) - (OLD.gone = 0 AND OLD.archived = 1),
                gone = gone + NEW.gone - OLD.gone
            WHERE id = NEW.pair;
        END;

        -- How often a name by which other pairs refer to a record may have changed.
        CREATE TRIGGER links_renamed AFTER UPDATE OF source_key, project_id ON links
        WHEN NEW.source_key <> OLD.source_key OR NEW.project_id <> OLD.project_id BEGIN
            UPDATE pairs SET renamed = renamed + 1 WHERE id = NEW.pair;
        END;
        CREATE TRIGGER links_lost AFTER DELETE ON links BEGIN
            UPDATE pairs SET renamed = renamed + 1 WHERE id = OLD.pair;
        END;
        CREATE TRIGGER project_records_renamed AFTER UPDATE OF match_a, gone ON project_records
        WHEN NEW.match_a IS NOT OLD.match_a OR NEW.gone <> OLD.gone BEGIN
            UPDATE pairs SET renamed = renamed + 1 WHERE id = NEW.pair;
        END;
        """
}
