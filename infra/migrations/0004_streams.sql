-- How many records were published to each partition of each topic: the number that the next one
-- bears, the same when it is sent again. Moved in one transaction with the relay's checkpoint.
CREATE TABLE work.published (
    topic     text    COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    records   bigint  NOT NULL,
    PRIMARY KEY (topic, partition)
);
GRANT SELECT, INSERT, UPDATE ON work.published TO frontdesk_worker;
