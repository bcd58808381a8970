/**
 * The tables, as steps from one format to the next. A step that was released is never changed: add another.
 *
 * `revision` counts over all tables. What another process wrote since revision N is what stands above N.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE counter (revision INTEGER NOT NULL) STRICT;
   INSERT INTO counter VALUES (0);
   CREATE TABLE object (
     kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
     uid TEXT NOT NULL, generation INTEGER NOT NULL, revision INTEGER NOT NULL,
     created TEXT NOT NULL, deleted TEXT,
     -- Where it is defined, relative to the state folder, and what it said: the last good version.
     file TEXT NOT NULL, line INTEGER NOT NULL, manifest TEXT NOT NULL, manifest_hash TEXT NOT NULL, spec_hash TEXT NOT NULL,
     -- What commands and controllers laid over the manifest.
     overlay TEXT NOT NULL, status TEXT,
     PRIMARY KEY (kind, namespace, name)
   ) STRICT;
   CREATE UNIQUE INDEX object_by_revision ON object (revision);
   CREATE TABLE removal (revision INTEGER PRIMARY KEY, kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL) STRICT;`,
  `CREATE TABLE event (
     id INTEGER PRIMARY KEY, revision INTEGER NOT NULL,
     kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, uid TEXT NOT NULL, api_version TEXT NOT NULL,
     resource_version TEXT NOT NULL, type TEXT NOT NULL, reason TEXT NOT NULL, message TEXT NOT NULL,
     count INTEGER NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL,
     UNIQUE (kind, namespace, name, uid, type, reason, message)
   ) STRICT;
   CREATE UNIQUE INDEX event_by_revision ON event (revision);`,
];
