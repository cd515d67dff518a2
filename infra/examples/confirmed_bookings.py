"""Prints one line per booking confirmed. Needs kafka-python, and nothing of frontdesk but
infra/asyncapi.json, which says what is in a record.   python confirmed_bookings.py 127.0.0.1:9092
"""

import json
import sys

from kafka import KafkaConsumer

seen: dict[int, int] = {}  # by partition: a record may come again, with the number it had
consumer = KafkaConsumer(
    "frontdesk.told.bookings", bootstrap_servers=sys.argv[1], auto_offset_reset="earliest"
)
for record in consumer:
    said = {name: value.decode() for name, value in record.headers}
    if int(said["ce_sequence"]) > seen.get(record.partition, 0):
        seen[record.partition] = int(said["ce_sequence"])
        if said["ce_type"] == "booking.confirmed.v1":
            booked = json.loads(record.value)
            print(booked["id"], booked["starts_at"] or "no time yet", flush=True)
