"""What happens, published to a server that speaks Pusher's protocol, where a business has one."""
