"""Has the library of Standard Webhooks verify what is said on standard input."""

import json
import sys

from standardwebhooks.webhooks import Webhook

said = json.load(sys.stdin)
print(Webhook(said["secret"]).verify(said["body"], said["headers"])["type"])
