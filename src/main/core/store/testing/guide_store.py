"""A session store with the data layout and the steps of the Redis guide's Python store, for compatibility tests.

Reads one JSON request a line, {"call": name, "args": [...]}, and answers one JSON reply a line, {"value": ...} or
{"error": text}. Usage: python3 guide_store.py PORT [PREFIX]
"""

import datetime
import json
import secrets
import sys

import redis

RESERVED = ("created_at", "last_accessed_at", "session_ttl")


class GuideStore:
    def __init__(self, client, prefix):
        self.client = client
        self.prefix = prefix

    def create(self, data, ttl):
        session_id = secrets.token_urlsafe(32)
        fields = {name: str(value) for name, value in data.items() if name not in RESERVED}
        now = timestamp()
        fields.update(created_at=now, last_accessed_at=now, session_ttl=str(int(ttl)))
        self._write(session_id, int(ttl), lambda pipe, key: pipe.hset(key, mapping=fields))
        return session_id

    def get(self, session_id, refresh=True):
        ttl = self.configured_ttl(session_id)
        if ttl is None:
            return None
        if refresh:
            self._write(session_id, ttl, touch)
        return self.client.hgetall(self.prefix + session_id) or None

    def configured_ttl(self, session_id):
        if not self.client.exists(self.prefix + session_id):
            return None
        ttl = self.client.hget(self.prefix + session_id, "session_ttl")
        return None if ttl is None else int(ttl)

    def remaining_ttl(self, session_id):
        return self.client.ttl(self.prefix + session_id)

    def update(self, session_id, data):
        ttl = self.configured_ttl(session_id)
        if ttl is None:
            return False
        fields = {name: str(value) for name, value in data.items() if name not in RESERVED}
        if data:
            fields["last_accessed_at"] = timestamp()
            self._write(session_id, ttl, lambda pipe, key: pipe.hset(key, mapping=fields))
        return True

    def increment(self, session_id, field, amount=1):
        ttl = self.configured_ttl(session_id)
        if ttl is None:
            return None

        def add(pipe, key):
            pipe.hincrby(key, field, amount)
            touch(pipe, key)

        return self._write(session_id, ttl, add)[0]

    def set_ttl(self, session_id, ttl):
        if not self.client.exists(self.prefix + session_id):
            return False
        fields = {"session_ttl": str(int(ttl)), "last_accessed_at": timestamp()}
        self._write(session_id, int(ttl), lambda pipe, key: pipe.hset(key, mapping=fields))
        return True

    def delete(self, session_id):
        return self.client.delete(self.prefix + session_id) == 1

    def _write(self, session_id, ttl, write):
        with self.client.pipeline() as pipe:
            write(pipe, self.prefix + session_id)
            pipe.expire(self.prefix + session_id, ttl)
            return pipe.execute()


def touch(pipe, key):
    pipe.hset(key, mapping={"last_accessed_at": timestamp()})


def timestamp():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0).isoformat()


def main():
    client = redis.Redis(host="127.0.0.1", port=int(sys.argv[1]), decode_responses=True)
    store = GuideStore(client, sys.argv[2] if len(sys.argv) > 2 else "session:")
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = {"value": getattr(store, request["call"])(*request["args"])}
        except redis.RedisError as error:
            reply = {"error": str(error)}
        print(json.dumps(reply), flush=True)


main()
