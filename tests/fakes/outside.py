"""What a rented machine finds outside, at the other end of a cable, in namespaces of the test's."""

from pathlib import Path

ENTRYPOINT = Path(__file__).parents[2] / "deploy/entrypoint"
RULES = (ENTRYPOINT / "egress.nft").read_text()
REJECT = "counter reject with icmpx admin-prohibited"
# A private network, metadata, and the public internet; $outside is a process that lives there.
SCENE = """
set -e
ip link set lo up
unshare --net sleep 60 > /dev/null 2>&1 & outside=$!
sleep 0.2
ip link add v0 type veth peer name v1
ip link set v1 netns $outside
ip link set v0 up; ip addr add 192.0.2.2/24 dev v0; ip -6 addr add 2001:db8::2/64 dev v0 nodad
ip -6 addr add fdaa:1:2::4/128 dev v0 nodad
cat > outside.sh <<'END'
ip link set lo up; ip link set v1 up
ip addr add 192.0.2.1/24 dev v1; ip -6 addr add 2001:db8::1/64 dev v1 nodad
for a in 169.254.169.254 10.1.2.3 198.51.100.7 1.1.1.1; do ip addr add $a/32 dev v1; done
for a in fdaa::3 64:ff9b::a01:203 2002:a01:203::1 2606:4700::1111; do
ip -6 addr add $a/128 dev v1 nodad
done
ip -6 route add fdaa:1:2::4/128 dev v1
END
nsenter --net=/proc/$outside/ns/net bash outside.sh
ip route add default via 192.0.2.1; ip -6 route add default via 2001:db8::1
set +e
"""
OUTSIDE = "nsenter --net=/proc/$outside/ns/net"


PROXY = "mail"


def for_user(rules: str, user: str) -> str:
    """Return *rules* with *user* in the runner's place, and `PROXY` in its proxy's."""
    mine = rules.replace("skuid runner", f"skuid {user}").replace("skuid egress", f"skuid {PROXY}")
    return mine.replace("{ root, runner }", f"{{ root, {user} }}")
