"""What API processes share by way of Redis. All of it may be lost at any time: nobody waits for
Redis, and nobody is told anything wrong when it is away (decision 0012).
"""
