-- What became of the facts that other systems told us: taken, repeated, or the code of the refusal.
CREATE TABLE work.facts (
    outcome text   COLLATE "C" PRIMARY KEY,
    facts   bigint NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON work.facts TO frontdesk_worker;
