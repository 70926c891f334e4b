import AccordCore
import GRDB

/// Brings the keys and match values of an older state into the form in which every ``RecordKey`` is.
enum ComposedKeys {
    static func migrate(_ db: Database) throws {
        let composed = DatabaseFunction("composed", argumentCount: 1, pure: true) { values in
            String.fromDatabaseValue(values[0])?.composed
        }
        let hash = DatabaseFunction("key_hash", argumentCount: 1, pure: true) { values in
            String.fromDatabaseValue(values[0]).map { Int64(bitPattern: KeyHash.of($0)) }
        }
        db.add(function: composed)
        db.add(function: hash)
        defer {
            db.remove(function: composed)
            db.remove(function: hash)
        }
        let before = db.totalChangesCount
        try db.execute(sql: statements)
        // A plan that was saved before names records by their old keys.
        if db.totalChangesCount != before { try db.execute(sql: "UPDATE meta SET settled = settled + 1") }
    }

    // Of two links that have one key now, the one whose key was composed already stays. What was known of the other's
    // project record goes with it and is read anew; its row is set aside until a person has given it a key of its own.
    private static let statements = """
        UPDATE OR IGNORE links SET source_key = composed(source_key) WHERE source_key <> composed(source_key);
        UPDATE pairs SET mirror_cursor = NULL WHERE id IN (
            SELECT pair FROM links WHERE source_key <> composed(source_key));
        DELETE FROM project_records WHERE (pair, id) IN (
            SELECT pair, project_id FROM links WHERE source_key <> composed(source_key));
        DELETE FROM link_index WHERE link IN (SELECT id FROM links WHERE source_key <> composed(source_key));
        DELETE FROM links WHERE source_key <> composed(source_key);
        UPDATE link_index SET key_hash = (SELECT key_hash(source_key) FROM links WHERE links.id = link)
            WHERE key_hash <> (SELECT key_hash(source_key) FROM links WHERE links.id = link);

        UPDATE project_records SET match_a = composed(match_a) WHERE match_a <> composed(match_a);
        UPDATE project_records SET match_b = composed(match_b) WHERE match_b <> composed(match_b);
        UPDATE intents SET source_key = composed(source_key), record = composed(record)
            WHERE source_key <> composed(source_key);
        UPDATE quarantine SET key = composed(key) WHERE key <> composed(key);
        UPDATE OR REPLACE conflicts SET source_key = composed(source_key) WHERE source_key <> composed(source_key);
        UPDATE ledger SET source_key = composed(source_key) WHERE source_key <> composed(source_key);
        """
}
