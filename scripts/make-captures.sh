#!/usr/bin/env bash
# Makes the files of examples/captures: real traffic between real programs, in network namespaces of this script's own.
#
# Run as root on Debian 12:
#   apt-get install --no-install-recommends avahi-daemon bind9-dnsutils busybox chrony curl dnsmasq-base ethtool \
#     iproute2 iputils-arping iputils-ping isc-dhcp-client lldpd ndisc6 nsd openssl openvswitch-switch python3-minimal \
#     snmp snmpd socat tcpdump tftp-hpa tshark
#   scripts/make-captures.sh              # every file
#   scripts/make-captures.sh dns stp      # the files of these scenarios; README.md is written anew each time
#   scripts/make-captures.sh --list       # the names of the files, one a line
#
# The script re-executes itself in namespaces of its own (network, mount, process, host name): nothing it does is seen
# outside, and when it ends, well or badly, the kernel ends every process it started and removes every device it made.
# Addresses are those set aside for examples (10.0.0.0/8, 192.0.2.0/24, 198.51.100.0/24, 2001:db8::/32) and locally
# administered MAC addresses; host names are under example.com, example.net and .local.
#
#   guest --- (eth2) router (eth1) --- server       10.0.3.0/24, 2001:db8:3::/64    192.0.2.0/24, 2001:db8:2::/64
#   client -- (eth0) router                         10.0.1.0/24, 2001:db8:1::/64
set -euo pipefail

repository=$(cd "$(dirname "$0")/.." && pwd)
out=$repository/examples/captures

# ---------------------------------------------------------------------------------------------------------------------
# The one table of files: name | scenario | where and how it was captured | what is in it.
files='
mixed.pcapng|mixed|dumpcap -i eth0 -i eth1 -i eth2 -i trunk (router)|A little of everything as a router sees it on four interfaces: ARP, neighbour discovery, ping, DNS, HTTP over IPv4 and IPv6, TLS, NTP, DHCP and DHCPv6, fragments, a refused connection, a closed UDP port, an expired TTL, IGMP and MLD, VLAN 10, GRE, VXLAN, STP, LLDP. A comment on the section and one on a packet.
http.pcap|http|tcpdump -i eth0 (client)|curl and an HTTP server: GET, HEAD, POST, a missing page, a range, two requests on one connection, over IPv4 and IPv6.
dns.pcap|dns|tcpdump -i eth1 (router)|dig and an authoritative server: A, AAAA, CNAME, MX, NS, SOA, TXT, SRV, PTR, CAA, NAPTR, HINFO, DS, DNSKEY and others, EDNS, NXDOMAIN, REFUSED, NOTIMP, a truncated answer, TCP, a zone transfer.
mdns.pcap|mdns|tcpdump -i eth0 (client)|avahi announcing itself, a service browsed by dig at 224.0.0.251 port 5353, and questions at the LLMNR port 5355.
dhcp.pcap|dhcp|tcpdump -i eth0 (guest)|dhclient and udhcpc with dnsmasq: DISCOVER, OFFER, REQUEST, ACK, NAK, RELEASE; DHCPv6 SOLICIT to RELEASE and INFORMATION-REQUEST.
icmp.pcap|icmp|tcpdump -i eth0 (client)|ping, record route and timestamp options, unreachables of five kinds, TTL exceeded, fragmentation needed, a redirect.
icmp6-nd.pcap|nd|tcpdump -i eth0 (guest)|Duplicate address detection, router and neighbour solicitations and advertisements, MLD reports, ping, unreachables, packet too big.
arp.pcap|arp|tcpdump -i eth0 (client)|ARP: requests, replies, probes, announcements, an address nobody has.
ntp.pcap|ntp|tcpdump -i eth0 (client)|chronyd asking chronyd, synchronized and not, over IPv4 and IPv6.
fragments.pcap|fragments|tcpdump -i eth0 (client)|Fragmented pings and UDP over IPv4 and IPv6.
tcp.pcap|tcp|tcpdump -i eth0 (client)|Connections refused, reset, half-closed, with urgent data and a closed window, over IPv4 and IPv6.
tls.pcap|tls|tcpdump -i eth0 (client)|curl and openssl s_server: one HTTPS request.
services.pcap|services|tcpdump -i eth0 (client)|TFTP, syslog and SNMP.
igmp.pcap|igmp|tcpdump -i eth0 (client)|Multicast joins and leaves with IGMP versions 1, 2 and 3 and a querying bridge.
mld.pcap|igmp|tcpdump -i eth0 (client)|The same for IPv6: MLD versions 1 and 2.
stp.pcap|stp|tcpdump -i p0 (switch)|Two Linux bridges joined by two links speaking STP: configuration and topology change.
rstp.pcap|rstp|tcpdump -i trunk (switch)|Two Open vSwitch bridges speaking Rapid STP.
lldp.pcap|lldp|tcpdump -i eth0 (client)|Two lldpd stations, with the 802.1, 802.3 and LLDP-MED extensions.
vlan.pcap|vlan|tcpdump -i trunk (switch)|The trunk between two Open vSwitch bridges: ARP, ping, IPv6 and HTTP in VLAN 10 and 20, and with a second tag (802.1ad).
mpls.pcap|mpls|tcpdump -i trunk (switch)|Ping under one and two MPLS labels, pushed by Open vSwitch.
gre.pcap|tunnels|tcpdump -i under (left)|Ethernet in GRE, with and without key and sequence numbers, and IP in GRE: Open vSwitch tunnels.
geneve.pcap|tunnels|tcpdump -i under (left)|Ethernet in Geneve, with an option: Open vSwitch tunnels.
vxlan.pcap|vxlan|tcpdump -i eth0 (left)|Ethernet in VXLAN: the kernel at both ends, IPv4 and IPv6 underneath.
sll2.pcap|any|tcpdump -i any (router)|Pings through the router, captured on all its interfaces at once (link type LINUX_SLL2).
sll.pcap|any|tcpdump -i any -y LINUX_SLL (router)|The same in the older form (LINUX_SLL).
raw.pcap|raw|tcpdump -i tun0 (client)|Ping and HTTP through a TUN device between two socat processes: no link-layer header (RAW).
loopback.pcapng|loopback|dumpcap -i lo (client)|Ping and HTTP on the loopback interface.
nanosecond.pcap|nano|tcpdump --time-stamp-precision=nano -i eth0 (client)|Ping and DNS with nanosecond time stamps.
nanosecond.pcap.gz|nano|gzip -n nanosecond.pcap|The same file, compressed.
http.pcap.gz|http|gzip -n http.pcap|http.pcap, compressed.
snaplen.pcap|snaplen|tcpdump -s 64 -i eth1 (router)|HTTP, DNS, NTP and ICMP cut after 64 octets.
link-types.pcapng|linktypes|dumpcap -i eth0 -i eth1 -i any (router)|One file with interfaces of two link types, Ethernet and LINUX_SLL: the same pings seen three times.
'

list_files() { printf '%s' "$files" | sed '/^$/d' | cut -d'|' -f1; }

if [ "${1:-}" = --list ]; then
  list_files
  exit 0
fi

# ---------------------------------------------------------------------------------------------------------------------
# Isolation: process 1 of a namespace takes every process of it along when it ends.
if [ -z "${SKEP_CAPTURES_INSIDE:-}" ]; then
  [ "$(id -u)" = 0 ] || { echo 'make-captures: must be root (it makes network namespaces)' >&2; exit 1; }
  missing=
  for tool in avahi-daemon arping busybox chronyd curl dhclient dig dnsmasq dumpcap editcap ethtool ip lldpd nsd openssl \
    ovs-vswitchd ovsdb-server python3 rdisc6 snmpd snmpget socat tcpdump tftp; do
    PATH=$PATH:/usr/sbin:/sbin command -v "$tool" > /dev/null || missing="$missing $tool"
  done
  [ -z "$missing" ] || { echo "make-captures: not installed:$missing (see the head of this script)" >&2; exit 1; }
  export SKEP_CAPTURES_INSIDE=1
  exec unshare --mount --uts --ipc --net --pid --fork --kill-child --mount-proc --propagation private "$0" "$@"
fi

export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C TZ=UTC HOME=/run
mount -t tmpfs none /run
mount -t tmpfs none /tmp
mount -t sysfs none /sys
mkdir -p /run/netns /run/www /run/tftp /run/chrony /run/lldpd
ip link set lo up
hostname router.example.com
# Nobody here asks a name server of the outside.
printf '127.0.0.1 localhost client.example.com router.example.com server.example.com guest.example.com\n' > /run/hosts
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' > /run/resolv.conf
mount --bind /run/hosts /etc/hosts
mount --bind /run/resolv.conf /etc/resolv.conf

# ---------------------------------------------------------------------------------------------------------------------
# Small tools

# on NS COMMAND...: runs a command in a namespace under a host name of its own.
on() {
  local ns=$1
  shift
  ip netns exec "$ns" unshare --uts sh -c 'hostname "$0.example.com"; exec "$@"' "$ns" "$@"
}

# daemon NS COMMAND...: starts a program that stays; its process number is in $last.
daemon() {
  local ns=$1
  shift
  on "$ns" "$@" > "/run/log.$ns.$(basename "$1")" 2>&1 &
  last=$!
}

# end PID...: ends processes this script started and waits for them.
end() {
  local pid
  for pid in "$@"; do kill -TERM "$pid" 2> /dev/null || true; done
  for pid in "$@"; do
    for _ in $(seq 30); do kill -0 "$pid" 2> /dev/null || break; sleep 0.1; done
    kill -KILL "$pid" 2> /dev/null || true
    wait "$pid" 2> /dev/null || true
  done
}

# quiet COMMAND...: a client whose answer, and whose failure, is part of the show; at most 20 s. "on" may stand in front.
quiet() {
  if [ "$1" = on ]; then
    local ns=$2
    shift 2
    set -- "$ns" timeout 20 "$@"
    on "$@" > /dev/null 2>&1 || true
  else
    timeout 20 "$@" > /dev/null 2>&1 || true
  fi
}

# until_ready COMMAND...: waits up to 10 s for a command to succeed.
until_ready() {
  for _ in $(seq 100); do "$@" > /dev/null 2>&1 && return 0; sleep 0.1; done
  echo "make-captures: never ready: $*" >&2
  return 1
}

# capture NS FILE TCPDUMP-ARGUMENTS...: starts a capture; captured ends it.
capture() {
  local ns=$1 file=$2
  shift 2
  : > /run/tcpdump.log
  ip netns exec "$ns" tcpdump -Z root -U --immediate-mode -n -w "/run/$file" "$@" 2> /run/tcpdump.log &
  capture_pid=$!
  capture_file=$file
  until_ready grep -q 'listening on' /run/tcpdump.log
  sleep 0.2
}

captured() {
  sleep 0.4
  end "$capture_pid"
  cp "/run/$capture_file" "$out/$capture_file"
  chmod 644 "$out/$capture_file"
  echo "$capture_file: $(tcpdump --count -r "$out/$capture_file" 2> /dev/null | cut -d' ' -f1) packets"
}

# dumpcapture NS FILE DUMPCAP-ARGUMENTS...: the same as pcapng.
dumpcapture() {
  local ns=$1 file=$2
  shift 2
  : > /run/dumpcap.log
  ip netns exec "$ns" dumpcap -q -t -n -w "/run/$file" "$@" 2> /run/dumpcap.log &
  capture_pid=$!
  capture_file=$file
  until_ready grep -q '^File:' /run/dumpcap.log
  sleep 0.5
}

# scrub FILE: takes the names of this machine's processor and kernel out of a pcapng file's section and interfaces.
scrub() {
  python3 - "$1" << 'PYTHON'
import struct, sys
SECTION, INTERFACE = 0x0A0D0D0A, 1
FIXED = {SECTION: 24, INTERFACE: 16}
INSTEAD = {(SECTION, 2): b'x86-64', (SECTION, 3): b'Linux', (INTERFACE, 12): b'Linux'}
data, at, out = open(sys.argv[1], 'rb').read(), 0, b''
while at < len(data):
    kind, length = struct.unpack_from('<II', data, at)
    block = data[at + 8 : at + length - 4]
    at += length
    if kind in FIXED:
        i = FIXED[kind] - 8
        options, block = block[i:], block[:i]
        i = 0
        while i < len(options):
            code, size = struct.unpack_from('<HH', options, i)
            value = INSTEAD.get((kind, code), options[i + 4 : i + 4 + size])
            i += 4 + size + -size % 4
            block += struct.pack('<HH', code, len(value)) + value + bytes(-len(value) % 4)
            if code == 0:
                break
    length = len(block) + 12
    out += struct.pack('<II', kind, length) + block + struct.pack('<I', length)
open(sys.argv[1], 'wb').write(out)
PYTHON
  chmod 644 "$1"
}

# link NS1 DEVICE1 MAC1 NS2 DEVICE2 MAC2: a cable between two namespaces, with honest checksums and frame sizes.
link() {
  ip link add "$2" netns "$1" address "$3" type veth peer name "$5" netns "$4" address "$6"
  local end_
  for end_ in "$1 $2" "$4 $5"; do
    # shellcheck disable=SC2086
    set -- $end_
    ip netns exec "$1" ethtool -K "$2" tx off rx off tso off gso off gro off > /dev/null 2>&1 || true
    ip -n "$1" link set "$2" up
  done
}

# station NS: a namespace that answers for itself.
station() {
  ip netns add "$1"
  ip -n "$1" link set lo up
  ip netns exec "$1" sysctl -qw net.ipv6.conf.default.accept_dad="${2:-0}" net.ipv6.conf.default.router_solicitations=0 \
    net.ipv6.conf.default.addr_gen_mode="${3:-0}" net.ipv4.ping_group_range='0 65535'
}

# ---------------------------------------------------------------------------------------------------------------------
# The network
base_network() {
  local ns
  for ns in client router server guest; do station $ns; done
  ip netns exec router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.icmp_ratelimit=0 \
    net.ipv6.icmp.ratelimit=0
  ip netns exec server sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
  link client eth0 02:00:00:00:00:01 router eth0 02:00:00:00:01:01
  link server eth0 02:00:00:00:00:02 router eth1 02:00:00:00:01:02
  link guest eth0 02:00:00:00:00:03 router eth2 02:00:00:00:01:03
  ip -n client addr add 10.0.1.2/24 brd + dev eth0
  ip -n client addr add 2001:db8:1::2/64 dev eth0 nodad
  ip -n client route add default via 10.0.1.1
  ip -n client route add default via 2001:db8:1::1
  ip -n router addr add 10.0.1.1/24 brd + dev eth0
  ip -n router addr add 2001:db8:1::1/64 dev eth0 nodad
  ip -n router addr add 192.0.2.1/24 brd + dev eth1
  ip -n router addr add 2001:db8:2::1/64 dev eth1 nodad
  ip -n router addr add 10.0.3.1/24 brd + dev eth2
  ip -n router addr add 2001:db8:3::1/64 dev eth2 nodad
  local a
  for a in 10 53 123; do
    ip -n server addr add 192.0.2.$a/24 brd + dev eth0
    ip -n server addr add 2001:db8:2::$a/64 dev eth0 nodad
  done
  ip -n server route add default via 192.0.2.1
  ip -n server route add default via 2001:db8:2::1
  # Places that cannot be reached, each in its way.
  ip -n router route add unreachable 198.51.100.0/26
  ip -n router route add prohibit 198.51.100.64/26
  ip -n router route add blackhole 198.51.100.128/26
  ip -n router -6 route add prohibit 2001:db8:bad:1::/64
  ip -n router -6 route add unreachable 2001:db8:bad:2::/64
}

start_http() {
  printf '<!doctype html>\n<title>skep</title>\n<p>A straw beehive.</p>\n' > /run/www/index.html
  seq 1 400 > /run/www/numbers.txt
  daemon server python3 -m http.server --protocol HTTP/1.1 --bind :: --directory /run/www 80
  until_ready on server curl -s http://192.0.2.10/
}

start_dns() {
  mkdir -p /run/nsd
  openssl ecparam -genkey -name prime256v1 -noout -out /run/nsd/key.pem
  local key
  key=$(openssl ec -in /run/nsd/key.pem -pubout -outform DER 2> /dev/null | tail -c 64 | base64 -w0)
  cat > /run/nsd/nsd.conf << CONF
server:
  ip-address: 192.0.2.53
  ip-address: 2001:db8:2::53
  username: ""
  chroot: ""
  zonesdir: /run/nsd
  pidfile: ""
  xfrdfile: /run/nsd/xfrd
  xfrdir: /run/nsd
  zonelistfile: /run/nsd/zones
  hide-version: yes
  server-count: 1
  round-robin: no
  minimal-responses: no
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: example.com
  zonefile: example.com
  provide-xfr: 0.0.0.0/0 NOKEY
zone:
  name: 2.0.192.in-addr.arpa
  zonefile: reverse
CONF
  cat > /run/nsd/example.com << ZONE
\$ORIGIN example.com.
\$TTL 3600
@       SOA   ns.example.com. hostmaster.example.com. 2024010101 7200 3600 1209600 300
        NS    ns
        NS    ns2.example.net.
        MX    10 mail
        MX    20 mail2.example.net.
        TXT   "v=spf1 mx -all"
        CAA   0 issue "ca.example.net"
        A     192.0.2.10
        AAAA  2001:db8:2::10
        DNSKEY 256 3 13 $key
ns      A     192.0.2.53
        AAAA  2001:db8:2::53
www     CNAME web
web     A     192.0.2.10
        AAAA  2001:db8:2::10
mail    A     192.0.2.25
many    A     192.0.2.11
        A     192.0.2.12
        A     192.0.2.13
        A     192.0.2.14
text    TXT   "a straw beehive" "with two strings" "and \\"quotes\\""
big     TXT   "$(printf 'skep %.0s' $(seq 50))"
        TXT   "$(printf 'hive %.0s' $(seq 50))"
        TXT   "$(printf 'bees %.0s' $(seq 50))"
host    HINFO "RISC-V" "Linux"
        RP    hostmaster text
        LOC   52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
        SSHFP 4 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
        AFSDB 1 web
        KX    10 web
        A     192.0.2.99
_http._tcp SRV 0 5 80 web
_sip._udp  NAPTR 100 10 "S" "SIP+D2U" "" _sip._udp.example.net.
        URI   10 1 "https://www.example.com/"
_443._tcp.www TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
svc     HTTPS 1 web alpn=h2 port=443
alias   DNAME example.net.
child   NS    ns.child
        DS    12345 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
ns.child A    192.0.2.54
*.wild  A     192.0.2.77
ZONE
  cat > /run/nsd/reverse << 'ZONE'
$ORIGIN 2.0.192.in-addr.arpa.
$TTL 3600
@   SOA ns.example.com. hostmaster.example.com. 1 7200 3600 1209600 300
    NS  ns.example.com.
10  PTR web.example.com.
53  PTR ns.example.com.
ZONE
  daemon server nsd -d -c /run/nsd/nsd.conf
  until_ready on server dig +tries=1 +time=1 @192.0.2.53 example.com
}

start_ntp() {
  printf 'local stratum 3\nallow all\nbindaddress 192.0.2.123\nport 123\ncmdport 0\npidfile /run/chrony/s.pid\nbindcmdaddress /\ndriftfile /run/chrony/s.drift\n' \
    > /run/chrony/server.conf
  sed -e 's/192.0.2.123/2001:db8:2::123/' -e 's,/s\.,/s6.,' -e '/^local/d' /run/chrony/server.conf > /run/chrony/server6.conf
  daemon server chronyd -d -x -u root -f /run/chrony/server.conf
  daemon server chronyd -d -x -u root -f /run/chrony/server6.conf
  sleep 1
}

ask_ntp() { quiet on client chronyd -Q -t 8 -u root "server $1 iburst maxsamples ${2:-2} version ${3:-4}" 'cmdport 0' 'bindcmdaddress /' 'pidfile /run/chrony/c.pid' 'port 0'; }

ask() { quiet on client dig +tries=1 +time=1 "$@"; }

start_tls() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=www.example.com \
    -keyout /run/tls.key -out /run/tls.crt 2> /dev/null
  daemon server openssl s_server -accept 443 -cert /run/tls.crt -key /run/tls.key -www -quiet
  until_ready on server curl -sk https://192.0.2.10/
}

# ---------------------------------------------------------------------------------------------------------------------
# The scenarios

# What mixed.pcapng shows beyond the routed network: a trunk with VLAN 10 and a GRE tunnel to another switch, behind the
# router's device "trunk"; VXLAN between client and server; lldpd on both ends of eth0; a bridge with STP behind eth2.
mixed_extras() {
  local ns n
  station far 0 1
  station a1 0 1
  station b1 0 1
  station a2 0 1
  station b2 0 1
  link router trunk 02:00:00:00:05:01 far trunk 02:00:00:00:05:02
  link a1 eth0 02:00:00:00:01:11 router port1 02:00:00:00:11:11
  link b1 eth0 02:00:00:00:01:12 far port1 02:00:00:00:11:12
  link a2 eth0 02:00:00:00:02:21 router port2 02:00:00:00:12:21
  link b2 eth0 02:00:00:00:02:22 far port2 02:00:00:00:12:22
  n=1
  for ns in a b; do
    ip -n ${ns}1 addr add 10.1.10.$n/24 brd + dev eth0
    ip -n ${ns}2 addr add 10.7.0.$n/24 brd + dev eth0
    n=2
  done
  n=1
  for ns in router far; do
    ip netns exec $ns sysctl -qw net.ipv6.conf.trunk.disable_ipv6=1 net.ipv6.conf.port1.disable_ipv6=1 \
      net.ipv6.conf.port2.disable_ipv6=1
    ovs $ns
    vsctl $ns add-br br0 -- set bridge br0 datapath_type=netdev fail-mode=standalone \
      other_config:hwaddr=02:00:00:00:06:0$n -- add-port br0 trunk -- add-port br0 port1 tag=10
    vsctl $ns add-br over -- set bridge over datapath_type=netdev other_config:hwaddr=02:00:00:00:06:1$n \
      -- add-port over port2 -- add-port over tun -- set interface tun type=gre options:key=42 \
      options:remote_ip=10.6.0.$((3 - n))
    ip netns exec $ns sysctl -qw net.ipv6.conf.br0.disable_ipv6=1
    ip -n $ns addr add 10.6.0.$n/24 brd + dev br0
    ip -n $ns link set br0 up
    n=2
  done
  quiet on router ping -c 1 10.6.0.2
  n=1
  for ns in client server; do
    local local_address=10.0.1.2 remote=192.0.2.10
    [ $ns = server ] && local_address=192.0.2.10 remote=10.0.1.2
    ip -n $ns link add vx0 address 02:00:00:00:0a:0$n type vxlan id 42 dstport 4789 local $local_address remote $remote
    ip netns exec $ns sysctl -qw net.ipv6.conf.vx0.disable_ipv6=1
    ip -n $ns addr add 10.8.0.$n/24 dev vx0
    ip -n $ns link set vx0 up
    n=2
  done
}

scenario_mixed() {
  start_http
  start_dns
  start_ntp
  start_tls
  mixed_extras
  dhcp_server
  ip -n client neigh flush all
  ip -n router neigh flush all
  dumpcapture router mixed.pcapng -i eth0 -i eth1 -i eth2 -i trunk \
    --capture-comment 'Real traffic between real programs, seen by a router.'
  quiet on client ping -c 2 -i 0.2 10.0.1.1
  quiet on client ping -c 2 -i 0.2 192.0.2.10
  quiet on client ping -6 -c 2 -i 0.2 2001:db8:2::10
  ask @192.0.2.53 www.example.com A
  ask @192.0.2.53 www.example.com AAAA
  ask @2001:db8:2::53 example.com MX
  ask @192.0.2.53 +tcp example.com NS
  ask @192.0.2.53 nothing.example.com A
  quiet on client curl -s http://www.example.com/ --resolve www.example.com:80:192.0.2.10
  quiet on client curl -s http://www.example.com/numbers.txt --resolve www.example.com:80:2001:db8:2::10
  quiet on client curl -s http://192.0.2.10/missing
  quiet on client curl -sk https://192.0.2.10/
  quiet on client curl -s http://192.0.2.10:81/
  quiet on client sh -c 'echo hello | socat -T1 - UDP4:192.0.2.10:9999'
  quiet on client sh -c 'echo hello | socat -T1 - UDP6:[2001:db8:2::10]:9999'
  quiet on client busybox traceroute -n -q 1 -w 1 192.0.2.10
  quiet on client ping -c 1 -t 1 192.0.2.10
  quiet on client ping -6 -c 1 -t 1 2001:db8:2::10
  quiet on client ping -c 1 -W 1 198.51.100.1
  quiet on client ping -c 1 -s 3000 192.0.2.10
  quiet on client ping -6 -c 1 -s 3000 2001:db8:2::10
  ask_ntp 192.0.2.123
  quiet timeout 1.2 ip netns exec client socat -u UDP4-RECV:5000,ip-add-membership=239.1.2.3:eth0 -
  quiet on guest timeout 8 busybox udhcpc -f -q -n -i eth0 -s /run/script -t 3 -x hostname:guest
  quiet on guest timeout 8 dhclient -6 -1 -d -cf /run/dhclient.conf -lf /run/leases6 -pf /run/dhclient6.pid -sf /run/script eth0
  quiet on a1 ping -c 2 -i 0.2 10.1.10.2
  quiet on a2 ping -c 2 -i 0.2 10.7.0.2
  quiet on client ping -c 2 -i 0.2 10.8.0.2
  # A bridge that speaks STP takes the guest's place, lldpd runs on both ends of eth0.
  ip -n guest link add br0 address 02:00:00:00:00:03 type bridge stp_state 1 hello_time 100
  ip netns exec guest sysctl -qw net.ipv6.conf.br0.disable_ipv6=1
  ip -n guest link set eth0 master br0
  ip -n guest link set br0 up
  start_lldp
  sleep 4
  end "$capture_pid"
  scrub /run/mixed.pcapng
  # dumpcap writes the interfaces' packets in bursts: put them in order of time, and a comment on one of them.
  reordercap /run/mixed.pcapng /run/sorted.pcapng > /dev/null
  editcap -a '3:the first echo request' /run/sorted.pcapng "$out/mixed.pcapng"
  scrub "$out/mixed.pcapng"
}

scenario_http() {
  start_http
  capture client http.pcap -i eth0 'port 80'
  quiet on client curl -s http://192.0.2.10/
  quiet on client curl -s -I http://192.0.2.10/numbers.txt
  quiet on client curl -s 'http://[2001:db8:2::10]/numbers.txt'
  quiet on client curl -s -d 'name=skep&made=straw' http://192.0.2.10/form
  quiet on client curl -s http://192.0.2.10/missing
  quiet on client curl -s -r 0-99 http://192.0.2.10/numbers.txt
  quiet on client curl -s http://192.0.2.10/ http://192.0.2.10/index.html
  quiet on client curl -s -X DELETE http://192.0.2.10/index.html
  quiet on client curl -s -0 -H 'X-Long: straw' -A 'skep/0' 'http://[2001:db8:2::10]/'
  captured
  gzip -n -9 -c "$out/http.pcap" > "$out/http.pcap.gz"
}

scenario_dns() {
  start_dns
  local s=@192.0.2.53 type
  capture router dns.pcap -i eth1 'port 53'
  for type in A AAAA MX NS SOA TXT CAA DNSKEY ANY; do ask $s example.com $type; done
  ask @2001:db8:2::53 www.example.com A
  ask $s +noedns www.example.com AAAA
  ask $s +norec +noedns many.example.com
  ask $s +dnssec +cd +ad many.example.com
  ask $s +nsid +subnet=10.0.1.0/24 +cookie=0123456789abcdef many.example.com
  for type in HINFO RP LOC SSHFP AFSDB KX A; do ask $s host.example.com $type; done
  ask $s text.example.com TXT
  ask $s _http._tcp.example.com SRV
  ask $s _sip._udp.example.com NAPTR
  ask $s _sip._udp.example.com URI
  ask $s _443._tcp.www.example.com TLSA
  ask $s svc.example.com HTTPS
  ask $s any.alias.example.com
  ask $s child.example.com DS
  ask $s deep.child.example.com
  ask $s a.wild.example.com
  ask $s -x 192.0.2.10
  ask $s -x 192.0.2.77
  ask $s -x 2001:db8:2::10
  ask $s nothing.example.com
  ask $s example.net
  ask $s +noedns +ignore big.example.com TXT
  ask $s +noedns big.example.com TXT
  ask $s +bufsize=512 +ignore big.example.com TXT
  ask $s CH TXT version.bind
  ask $s +opcode=status example.com
  ask $s +opcode=notify example.com SOA
  ask $s +opcode=update example.com SOA
  ask $s +edns=1 +noednsneg example.com
  ask $s +header-only example.com
  ask $s +tcp example.com AAAA
  ask $s +tcp +keepopen example.com A example.com MX
  ask $s example.com AXFR
  captured
}

scenario_mdns() {
  cat > /run/avahi.conf << 'CONF'
[server]
host-name=hive
domain-name=local
enable-dbus=no
use-ipv4=yes
use-ipv6=yes
allow-interfaces=eth0
disallow-other-stacks=no
[publish]
publish-hinfo=yes
publish-workstation=yes
[rlimits]
CONF
  mkdir -p /run/avahi-daemon
  capture client mdns.pcap -i eth0 'udp port 5353 or udp port 5355'
  daemon client avahi-daemon --no-drop-root --no-chroot --no-rlimits --file=/run/avahi.conf
  local pid=$last
  sleep 4
  quiet on router dig +tries=1 +time=1 -b 10.0.1.1 -p 5353 @10.0.1.2 hive.local A
  quiet on router dig +tries=1 +time=1 -b 10.0.1.1 -p 5353 @10.0.1.2 _services._dns-sd._udp.local PTR
  quiet ip -n router route add 224.0.0.0/4 dev eth0
  quiet on router dig +tries=1 +time=1 -b 10.0.1.1 -p 5353 @224.0.0.251 hive.local AAAA
  quiet on router dig +tries=1 +time=1 -b 10.0.1.1 -p 5355 @224.0.0.252 hive A
  quiet on router dig +tries=1 +time=1 -p 5353 @ff02::fb%eth0 _workstation._tcp.local PTR
  end "$pid"
  captured
}

# dhcp_server: dnsmasq for the guest's network, and the script dhclient and udhcpc run.
dhcp_server() {
  cat > /run/dnsmasq.conf << 'CONF'
port=0
interface=eth2
bind-interfaces
dhcp-authoritative
dhcp-range=10.0.3.100,10.0.3.150,255.255.255.0,1h
dhcp-range=2001:db8:3::100,2001:db8:3::1ff,64,1h
dhcp-option=option:router,10.0.3.1
dhcp-option=option:dns-server,192.0.2.53
dhcp-option=option:ntp-server,192.0.2.123
dhcp-option=option:domain-search,example.com,example.net
dhcp-option=option:classless-static-route,10.9.0.0/16,10.0.3.1
dhcp-option=option:mtu,1500
dhcp-option=option6:dns-server,[2001:db8:2::53]
dhcp-option=option6:domain-search,example.com
dhcp-option=option6:ntp-server,[2001:db8:2::123]
dhcp-boot=boot.img,boot.example.com,192.0.2.10
domain=example.com
dhcp-leasefile=/run/dnsmasq.leases
CONF
  cat > /run/script << 'CONF'
#!/bin/sh
[ -n "${new_ip_address:-}" ] && ip addr replace "$new_ip_address/24" dev eth0 && ip route replace default via 10.0.3.1
exit 0
CONF
  chmod +x /run/script
  : > /run/dhclient.conf
  daemon router dnsmasq --no-daemon --conf-file=/run/dnsmasq.conf --user=root --no-ping
  sleep 1
}

scenario_dhcp() {
  dhcp_server
  capture guest dhcp.pcap -i eth0 'port 67 or port 68 or port 546 or port 547'
  printf 'lease {\n interface "eth0";\n fixed-address 10.9.9.9;\n option subnet-mask 255.255.255.0;\n option dhcp-lease-time 3600;\n renew 4 2037/01/01 00:00:00;\n rebind 4 2037/01/01 00:00:00;\n expire 4 2037/01/01 00:00:00;\n}\n' > /run/leases4
  cat > /run/dhclient.conf << 'CONF'
send host-name "guest";
request subnet-mask, broadcast-address, routers, domain-name, domain-name-servers, domain-search, host-name,
  interface-mtu, ntp-servers, rfc3442-classless-static-routes;
option rfc3442-classless-static-routes code 121 = array of unsigned integer 8;
CONF
  quiet on guest timeout 8 dhclient -4 -1 -d -cf /run/dhclient.conf -lf /run/leases4 -pf /run/dhclient.pid -sf /run/script eth0
  quiet on guest timeout 5 dhclient -4 -r -d -cf /run/dhclient.conf -lf /run/leases4 -pf /run/dhclient.pid -sf /run/script eth0
  quiet on guest timeout 8 busybox udhcpc -f -q -n -R -i eth0 -s /run/script -t 3 -x hostname:guest -F guest.example.com -O search -O staticroutes -V skep
  quiet on guest timeout 8 dhclient -6 -1 -d -cf /run/dhclient.conf -lf /run/leases6 -pf /run/dhclient6.pid -sf /run/script eth0
  quiet on guest timeout 5 dhclient -6 -r -d -cf /run/dhclient.conf -lf /run/leases6 -pf /run/dhclient6.pid -sf /run/script eth0
  quiet on guest timeout 5 dhclient -6 -S -1 -d -cf /run/dhclient.conf -lf /run/leases6b -pf /run/dhclient6.pid -sf /run/script eth0
  quiet on guest timeout 5 dhclient -6 -P -1 -d -cf /run/dhclient.conf -lf /run/leases6c -pf /run/dhclient6.pid -sf /run/script eth0
  captured
}

scenario_icmp() {
  ip -n router link set eth1 mtu 1400
  ip netns exec router sysctl -qw net.ipv4.conf.all.send_redirects=1 net.ipv4.conf.eth0.send_redirects=1
  ip -n router route add 203.0.113.0/24 via 10.0.1.77
  ip -n router neigh replace 10.0.1.77 lladdr 02:00:00:00:00:77 dev eth0
  capture client icmp.pcap -i eth0 'icmp or (udp port 9999) or (ip proto 253)'
  quiet on client ping -c 2 -i 0.2 192.0.2.10
  quiet on client ping -c 1 -R 192.0.2.10
  quiet on client ping -c 1 -T tsandaddr 192.0.2.10
  quiet on client ping -c 1 -p ff -s 4 192.0.2.10
  quiet on client ping -c 1 -Q 0xb8 192.0.2.10
  quiet on client ping -c 1 -b 10.0.1.255
  quiet on client ping -c 1 -t 1 192.0.2.10
  quiet on client ping -c 2 -W 1 198.51.100.1
  quiet on client ping -c 1 -W 1 198.51.100.65
  quiet on client ping -c 1 -W 4 192.0.2.200
  quiet on client ping -c 1 -W 1 -M do -s 1450 192.0.2.10
  quiet on client ping -c 1 -W 1 203.0.113.5
  quiet on client sh -c 'echo hello | socat -T1 - UDP4:192.0.2.10:9999'
  quiet on client sh -c 'echo hello | socat -T1 - IP4:192.0.2.10:253'
  quiet on client busybox traceroute -n -I -q 1 -w 1 192.0.2.10
  captured
  ip -n router link set eth1 mtu 1500
}

scenario_nd() {
  ip netns exec guest sysctl -qw net.ipv6.conf.eth0.accept_dad=1 net.ipv6.conf.eth0.accept_ra=2
  ip -n router link set eth1 mtu 1400
  printf 'port=0\ninterface=eth2\nbind-interfaces\nenable-ra\ndhcp-range=2001:db8:3::,ra-stateless,64,1h\nra-param=eth2,mtu:1480,high,10,1800\ndhcp-option=option6:dns-server,[2001:db8:2::53]\ndhcp-option=option6:domain-search,example.com,example.net\n' > /run/ra.conf
  daemon router dnsmasq --no-daemon --conf-file=/run/ra.conf --user=root --dhcp-leasefile=/run/ra.leases
  local pid=$last
  sleep 1
  ip -n guest link set eth0 down
  ip -n guest link set eth0 up
  capture guest icmp6-nd.pcap -i eth0 icmp6 or ip6
  ip -n guest addr add 2001:db8:3::77/64 dev eth0
  quiet on guest rdisc6 -1 eth0
  sleep 2
  quiet on guest ndisc6 -1 2001:db8:3::1 eth0
  quiet on guest ndisc6 -1 -r 1 2001:db8:3::99 eth0
  quiet on guest ping -6 -c 2 -i 0.2 2001:db8:3::1
  quiet on guest ping -6 -c 1 -I eth0 ff02::1
  quiet on guest ping -6 -c 1 2001:db8:2::10
  quiet on guest ping -6 -c 1 -t 1 2001:db8:2::10
  quiet on guest ping -6 -c 1 -M do -s 1400 2001:db8:2::10
  quiet on guest ping -6 -c 1 -W 1 2001:db8:bad:1::1
  quiet on guest ping -6 -c 1 -W 1 2001:db8:bad:2::1
  quiet on guest ping -6 -c 1 -W 4 2001:db8:2::dead
  quiet on guest ping -6 -c 1 -F 0x12345 -Q 0x88 2001:db8:3::1
  quiet on guest sh -c 'echo hello | socat -T1 - UDP6:[2001:db8:2::10]:9999'
  quiet on guest sh -c 'echo hello | socat -T1 - IP6:[2001:db8:2::10]:253'
  quiet on guest ping -6 -c 1 -N name -I eth0 2001:db8:3::1
  end "$pid"
  sleep 1
  captured
  ip -n router link set eth1 mtu 1500
}

scenario_arp() {
  ip -n client neigh flush all
  capture client arp.pcap -i eth0 arp
  quiet on client ping -c 1 10.0.1.1
  quiet on client arping -c 2 -I eth0 10.0.1.1
  quiet on client arping -D -c 1 -w 1 -I eth0 10.0.1.99
  quiet on client arping -D -c 1 -w 1 -I eth0 10.0.1.1
  quiet on client arping -U -c 1 -I eth0 10.0.1.2
  quiet on client arping -A -c 1 -I eth0 10.0.1.2
  quiet on client ping -c 1 -W 1 10.0.1.66
  captured
}

scenario_ntp() {
  start_ntp
  capture client ntp.pcap -i eth0 'port 123'
  ask_ntp 192.0.2.123 3
  ask_ntp 192.0.2.123 1 3
  ask_ntp 2001:db8:2::123 1
  captured
}

scenario_fragments() {
  daemon server socat -u UDP6-RECV:7777 /dev/null
  capture client fragments.pcap -i eth0
  quiet on client ping -c 2 -i 0.2 -s 4000 192.0.2.10
  quiet on client ping -6 -c 1 -s 4000 2001:db8:2::10
  quiet on client sh -c 'head -c 3500 /dev/zero | socat -b 4000 -u - UDP4:192.0.2.10:7777'
  quiet on client sh -c 'head -c 3500 /dev/zero | socat -b 4000 -u - UDP6:[2001:db8:2::10]:7777'
  captured
}

scenario_tcp() {
  daemon server python3 -c '
import socket, struct, time, threading
def serve(family, address):
    s = socket.socket(family); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
    s.bind((address, 8000)); s.listen()
    while True:
        c, _ = s.accept()
        want = c.recv(1)
        if want == b"r": c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); c.close()
        elif want == b"u": c.send(b"!", socket.MSG_OOB); time.sleep(0.2); c.close()
        elif want == b"w": time.sleep(1.2); c.close()
        elif want == b"h":
            while c.recv(4096): pass
            c.send(b"half closed\n"); c.close()
        else: c.send(b"echo\n"); c.close()
threading.Thread(target=serve, args=(socket.AF_INET, "192.0.2.10")).start()
serve(socket.AF_INET6, "2001:db8:2::10")'
  sleep 1
  capture client tcp.pcap -i eth0 tcp
  quiet on client curl -s http://192.0.2.10:81/
  quiet on client curl -s 'http://[2001:db8:2::10]:81/'
  local target letter
  for target in TCP4:192.0.2.10:8000 'TCP6:[2001:db8:2::10]:8000'; do
    for letter in r u h e; do quiet on client sh -c "printf $letter | socat -t1 - '$target'"; done
  done
  quiet on client sh -c "{ printf w; head -c 12000 /dev/zero; } | socat -t2 - TCP4:192.0.2.10:8000"
  ip netns exec client sysctl -qw net.ipv4.tcp_timestamps=0 net.ipv4.tcp_window_scaling=0 net.ipv4.tcp_ecn=1 net.ipv4.tcp_sack=0
  ip netns exec server sysctl -qw net.ipv4.tcp_ecn=1
  quiet on client sh -c 'printf e | socat -t1 - TCP4:192.0.2.10:8000,mss=536'
  captured
}

scenario_tls() {
  start_tls
  capture client tls.pcap -i eth0 'port 443'
  quiet on client curl -sk https://192.0.2.10/
  captured
}

scenario_services() {
  head -c 1200 /dev/zero | tr '\0' 'b' > /run/tftp/boot.img
  daemon server dnsmasq --no-daemon --conf-file=/dev/null --port=0 --enable-tftp --tftp-root=/run/tftp --user=root
  printf 'rocommunity public\nsysName server.example.com\nsysDescr An example agent\nsysContact nobody@example.com\nsysLocation A straw beehive\n' > /run/snmpd.conf
  daemon server snmpd -f -C -c /run/snmpd.conf -Lo -r udp:192.0.2.10:161
  daemon server socat -u UDP4-RECV:514 /dev/null
  sleep 1
  capture client services.pcap -i eth0 udp
  quiet on client tftp -4 192.0.2.10 -c get boot.img /run/got
  quiet on client tftp -4 192.0.2.10 -m binary -c get missing /run/got
  quiet on client logger -d -n 192.0.2.10 -P 514 --rfc3164 -p local0.notice -t skep 'the bees are home'
  quiet on client logger -d -n 192.0.2.10 -P 514 -p kern.err -t skep 'the skep fell over'
  quiet on client snmpget -v 1 -c public 192.0.2.10 1.3.6.1.2.1.1.5.0
  quiet on client snmpget -v 2c -c public 192.0.2.10 1.3.6.1.2.1.1.1.0 1.3.6.1.2.1.1.99.0
  quiet on client snmpbulkget -v 2c -c public -Cr3 192.0.2.10 1.3.6.1.2.1.1.4
  quiet on client snmpset -v 1 -c private -r 0 -t 1 192.0.2.10 1.3.6.1.2.1.1.5.0 s hive
  captured
}

scenario_igmp() {
  station left 0 1
  station switch 0 1
  link left eth0 02:00:00:00:02:01 switch p0 02:00:00:00:02:02
  ip -n left addr add 10.0.4.2/24 brd + dev eth0
  ip -n left addr add fe80::2/64 dev eth0 nodad
  ip -n switch link add br0 address 02:00:00:00:02:03 type bridge stp_state 0 mcast_snooping 1 mcast_querier 1 \
    mcast_query_use_ifaddr 1 mcast_query_interval 200 mcast_startup_query_interval 150 mcast_startup_query_count 20 mcast_query_response_interval 100
  ip -n switch link set p0 master br0
  ip -n switch addr add 10.0.4.1/24 brd + dev br0
  ip -n switch addr add fe80::1/64 dev br0 nodad
  ip -n left route add 224.0.0.0/4 dev eth0
  ip -n left route add ff00::/8 dev eth0 table local metric 100 || true
  # Both files see the same five seconds of joins and leaves.
  ip netns exec left tcpdump -Z root -U --immediate-mode -n -w /run/mld.pcap -i eth0 ip6 2> /dev/null &
  local mld=$! version
  capture left igmp.pcap -i eth0 igmp
  for version in 3 2 1; do
    ip netns exec left sysctl -qw net.ipv4.conf.eth0.force_igmp_version=$version
    ip netns exec left sysctl -qw net.ipv6.conf.eth0.force_mld_version=$((version > 1 ? version - 1 : 1))
    ip -n switch link set br0 type bridge mcast_igmp_version $((version > 2 ? 3 : 2))  mcast_mld_version $((version > 2 ? 2 : 1))
    ip -n switch link set br0 down
    ip -n switch link set br0 up
    quiet timeout 2.5 ip netns exec left socat -u UDP4-RECV:5000,ip-add-membership=239.1.2.$version:eth0 - &
    quiet timeout 2.5 ip netns exec left socat -u UDP6-RECV:5001,ipv6-join-group=[ff05::$version]:eth0 - &
    if [ $version = 3 ]; then
      quiet timeout 1.5 ip netns exec left socat -u UDP4-RECV:5002,ip-add-source-membership=232.1.1.1:10.0.4.2:10.0.4.9 -
    fi
    sleep 3.5
  done
  captured
  end "$mld"
  cp /run/mld.pcap "$out/mld.pcap"
  chmod 644 "$out/mld.pcap"
}

scenario_stp() {
  station switch 0 1
  station switch2 0 1
  link switch p0 02:00:00:00:03:01 switch2 p0 02:00:00:00:03:11
  link switch p1 02:00:00:00:03:02 switch2 p1 02:00:00:00:03:12
  ip netns exec switch sysctl -qw net.ipv6.conf.all.disable_ipv6=1
  ip netns exec switch2 sysctl -qw net.ipv6.conf.all.disable_ipv6=1
  ip -n switch link add br0 address 02:00:00:00:03:01 type bridge stp_state 1 priority 4096 forward_delay 200 hello_time 100 max_age 600
  ip -n switch2 link add br0 address 02:00:00:00:03:11 type bridge stp_state 1 forward_delay 200 hello_time 100 max_age 600
  local p
  for p in p0 p1; do
    ip -n switch link set $p master br0
    ip -n switch2 link set $p master br0
  done
  capture switch stp.pcap -i p0 stp
  ip -n switch2 link set br0 up
  sleep 1.5
  ip -n switch link set br0 up
  sleep 7
  ip -n switch2 link set p1 down
  sleep 1
  ip -n switch2 link set p1 up
  sleep 4
  ip -n switch link set br0 type bridge priority 61440
  sleep 3
  captured
}

# ovs NS: a userspace Open vSwitch of its own for a namespace.
ovs() {
  local ns=$1 dir=/run/ovs.$1
  mkdir -p "$dir"
  ovsdb-tool create "$dir/db" /usr/share/openvswitch/vswitch.ovsschema
  OVS_RUNDIR=$dir daemon "$ns" ovsdb-server "$dir/db" --remote="punix:$dir/db.sock" --unixctl="$dir/db.ctl"
  until_ready test -S "$dir/db.sock"
  vsctl "$ns" --no-wait init -- set Open_vSwitch . other_config:vlan-limit=0
  OVS_RUNDIR=$dir daemon "$ns" ovs-vswitchd "unix:$dir/db.sock" --unixctl="$dir/vs.ctl"
  until_ready test -S "$dir/vs.ctl"
}
vsctl() {
  local ns=$1
  shift
  OVS_RUNDIR=/run/ovs.$ns on "$ns" ovs-vsctl --timeout=10 --db="unix:/run/ovs.$ns/db.sock" "$@"
}
ofctl() {
  local ns=$1
  shift
  OVS_RUNDIR=/run/ovs.$ns on "$ns" ovs-ofctl -O OpenFlow13 "$@"
}

# switches: two switches with a trunk between them and two stations behind each.
switches() {
  local side other s
  station switch 0 1
  station switch2 0 1
  link switch trunk 02:00:00:00:05:01 switch2 trunk 02:00:00:00:05:02
  for s in 1 2; do
    for side in a b; do
      station $side$s 0 1
      other=switch
      [ $side = b ] && other=switch2
      local n=1
      [ $side = b ] && n=2
      link $side$s eth0 02:00:00:00:0$s:0$n $other port$s 02:00:00:00:1$s:0$n
      ip -n $side$s addr add 10.1.$((s * 10)).$n/24 brd + dev eth0
      ip -n $side$s addr add 2001:db8:$((s * 10))::$n/64 dev eth0 nodad
    done
  done
  for other in switch switch2; do
    ip netns exec $other sysctl -qw net.ipv6.conf.all.disable_ipv6=1
    ovs $other
    vsctl $other add-br br0 -- set bridge br0 datapath_type=netdev fail-mode=standalone \
      other_config:hwaddr=02:00:00:00:0f:0${#other}
    vsctl $other add-port br0 trunk -- add-port br0 port1 -- add-port br0 port2
  done
}

scenario_vlan() {
  switches
  local s
  for s in switch switch2; do vsctl $s set port port1 tag=10 -- set port port2 tag=20; done
  daemon b1 python3 -m http.server --bind 10.1.10.2 --directory /run/www 80
  until_ready on b1 curl -s http://10.1.10.2/
  capture switch vlan.pcap -i trunk
  quiet on a1 ping -c 2 -i 0.2 10.1.10.2
  quiet on a2 ping -c 2 -i 0.2 10.1.20.2
  quiet on a1 ping -6 -c 1 2001:db8:10::2
  quiet on a1 curl -s http://10.1.10.2/
  # Port 2 becomes a customer's: what it sends gets a service tag in front, under a customer tag pushed before it.
  for s in switch switch2; do
    ofctl $s del-flows br0
    ofctl $s add-flow br0 'priority=10,in_port=port2,actions=push_vlan:0x8100,set_field:4196->vlan_vid,set_field:5->vlan_pcp,push_vlan:0x88a8,set_field:4796->vlan_vid,output:trunk'
    ofctl $s add-flow br0 'priority=10,in_port=trunk,vlan_tci=0x1000/0x1000,actions=pop_vlan,resubmit(,1)'
    ofctl $s add-flow br0 'table=1,priority=10,in_port=trunk,vlan_tci=0x1000/0x1000,actions=pop_vlan,output:port2'
  done
  ip -n a2 neigh flush all
  quiet on a2 ping -c 2 -i 0.2 10.1.20.2
  captured
}

scenario_mpls() {
  switches
  local s
  for s in switch switch2; do
    ofctl $s del-flows br0
    ofctl $s add-flow br0 'priority=1,arp,in_port=port1,actions=output:trunk'
    ofctl $s add-flow br0 'priority=1,arp,in_port=trunk,actions=output:port1'
    ofctl $s add-flow br0 'priority=5,ip,in_port=port1,actions=push_mpls:0x8847,set_field:100->mpls_label,set_field:3->mpls_tc,output:trunk'
    ofctl $s add-flow br0 'priority=5,mpls,mpls_bos=1,in_port=trunk,actions=pop_mpls:0x0800,output:port1'
  done
  capture switch mpls.pcap -i trunk
  quiet on a1 ping -c 2 -i 0.2 10.1.10.2
  for s in switch switch2; do
    ofctl $s add-flow br0 'priority=5,ip,in_port=port1,actions=push_mpls:0x8847,set_field:200->mpls_label,push_mpls:0x8847,set_field:17->mpls_label,output:trunk'
    ofctl $s add-flow br0 'priority=6,mpls,mpls_bos=0,in_port=trunk,actions=pop_mpls:0x8847,resubmit(,1)'
    ofctl $s add-flow br0 'table=1,priority=6,mpls,mpls_bos=1,actions=pop_mpls:0x0800,output:port1'
  done
  quiet on a1 ping -c 2 -i 0.2 -W 1 10.1.10.2
  captured
}

scenario_rstp() {
  switches
  capture switch rstp.pcap -i trunk stp
  vsctl switch set bridge br0 rstp_enable=true other_config:rstp-priority=4096
  vsctl switch2 set bridge br0 rstp_enable=true
  sleep 7
  vsctl switch2 set bridge br0 other_config:rstp-priority=0
  sleep 5
  captured
}

# Open vSwitch's userspace tunnels: packets leave through a bridge "under" that has the outer address.
scenario_tunnels() {
  local ns n other
  for ns in left right; do station $ns 0 1; station in$ns 0 1; done
  link left wire 02:00:00:00:06:01 right wire 02:00:00:00:06:02
  n=1
  for ns in left right; do
    other=$((3 - n))
    link in$ns eth0 02:00:00:00:07:0$n $ns inside 02:00:00:00:08:0$n
    ip -n in$ns addr add 10.7.0.$n/24 brd + dev eth0
    ip -n in$ns addr add 2001:db8:7::$n/64 dev eth0 nodad
    ip netns exec $ns sysctl -qw net.ipv6.conf.all.disable_ipv6=1
    ovs $ns
    vsctl $ns add-br under -- set bridge under datapath_type=netdev other_config:hwaddr=02:00:00:00:06:0$n -- add-port under wire
    vsctl $ns add-br over -- set bridge over datapath_type=netdev -- add-port over inside
    ip -n $ns addr add 10.6.0.$n/24 brd + dev under
    ip -n $ns link set under up
    n=2
  done
  quiet on left ping -c 1 10.6.0.2
  tunnel() {
    local ns_ n_=1
    for ns_ in left right; do
      vsctl $ns_ --if-exists del-port tun -- add-port over tun -- set interface tun options:remote_ip=10.6.0.$((3 - n_)) "$@"
      n_=2
    done
    sleep 1
  }
  capture left gre.pcap -i wire 'ip proto gre'
  tunnel type=gre
  quiet on inleft ping -c 2 -i 0.2 10.7.0.2
  quiet on inleft ping -6 -c 1 2001:db8:7::2
  tunnel type=gre options:key=42 options:csum=true
  quiet on inleft ping -c 2 -i 0.2 10.7.0.2
  tunnel type=gre options:key=7 options:seq=true
  quiet on inleft ping -c 2 -i 0.2 10.7.0.2
  tunnel type=gre options:packet_type=legacy_l3
  n=1
  for ns in left right; do
    ofctl $ns del-flows over
    ofctl $ns add-flow over "in_port=inside,ip,actions=output:tun"
    ofctl $ns add-flow over "in_port=tun,actions=set_field:02:00:00:00:07:0$n->eth_dst,output:inside"
    n=2
  done
  quiet on inleft ping -c 2 -i 0.2 -W 1 10.7.0.2
  captured
  capture left geneve.pcap -i wire 'udp port 6081'
  for ns in left right; do
    ofctl $ns del-flows over
    ofctl $ns add-flow over 'priority=0,actions=normal'
  done
  tunnel type=geneve options:key=99
  quiet on inleft ping -c 2 -i 0.2 10.7.0.2
  for ns in left right; do
    ofctl $ns add-tlv-map over '{class=0xffff,type=0x42,len=8}->tun_metadata0'
    ofctl $ns add-flow over 'priority=9,in_port=inside,actions=set_field:0x1122334455667788->tun_metadata0,output:tun'
  done
  quiet on inleft ping -c 2 -i 0.2 10.7.0.2
  captured
}

scenario_vxlan() {
  local n=1 ns
  station left 0 1
  station right 0 1
  link left eth0 02:00:00:00:09:01 right eth0 02:00:00:00:09:02
  for ns in left right; do
    ip -n $ns addr add 10.6.0.$n/24 brd + dev eth0
    ip -n $ns addr add 2001:db8:6::$n/64 dev eth0 nodad
    ip -n $ns link add vx0 address 02:00:00:00:0a:0$n type vxlan id 42 dstport 4789 local 10.6.0.$n remote 10.6.0.$((3 - n))
    ip -n $ns link add vx1 address 02:00:00:00:0b:0$n type vxlan id 4096 dstport 4789 local 2001:db8:6::$n remote 2001:db8:6::$((3 - n))
    ip netns exec $ns sysctl -qw net.ipv6.conf.vx1.disable_ipv6=1
    ip -n $ns addr add 10.7.0.$n/24 dev vx0
    ip -n $ns addr add 2001:db8:7::$n/64 dev vx0 nodad
    ip -n $ns addr add 10.8.0.$n/24 dev vx1
    n=2
  done
  capture left vxlan.pcap -i eth0 'udp port 4789'
  for ns in left right; do
    ip -n $ns link set vx0 up
    ip -n $ns link set vx1 up
  done
  quiet on left ping -c 2 -i 0.2 10.7.0.2
  quiet on left ping -6 -c 1 2001:db8:7::2
  quiet on left ping -c 2 -i 0.2 10.8.0.2
  captured
}

# start_lldp: lldpd at both ends of the client's cable.
start_lldp() {
  local ns
  for ns in client router; do
    # lldpd takes the host name and the kernel's version for its description: give it ours.
    mkdir -p /run/lldpd.$ns
    cat > /run/lldpd.$ns/conf << CONF
configure system hostname $ns.example.com
configure system description 'An example station'
configure system platform example
configure system ip management pattern 10.0.1.*,2001:db8:1:*
configure lldp tx-interval 2
configure med fast-start enable
configure ports eth0 lldp portdescription 'the port of $ns'
configure ports eth0 med location elin '12345'
configure ports eth0 med location coordinate latitude 48.85667N longitude 2.2014E altitude 117.47 m datum WGS84
configure ports eth0 med policy application voice tagged vlan 500 priority voice dscp 46
configure ports eth0 med power pd source pse priority high value 5000
configure ports eth0 dot3 power pse supported enabled paircontrol powerpairs spare class class-3
configure inventory hardware-revision 1
configure inventory firmware-revision 2
configure inventory software-revision 3
configure inventory serial-number 0001
configure inventory manufacturer example
configure inventory model skep
configure inventory asset straw
configure lldp custom-tlv oui 33,44,55 subtype 44 oui-info 45,45,45
CONF
    daemon $ns unshare --mount sh -c 'mount -t tmpfs none /run/lldpd; exec lldpd -d -M 4 -u "$0/socket" -O "$0/conf" -I eth0 -S "An example station"' /run/lldpd.$ns
  done
}

scenario_lldp() {
  capture client lldp.pcap -i eth0 'ether proto 0x88cc'
  start_lldp
  sleep 7
  captured
}

scenario_any() {
  capture router sll2.pcap -i any 'icmp or icmp6 or arp'
  quiet on client ping -c 2 -i 0.2 192.0.2.10
  quiet on client ping -6 -c 2 -i 0.2 2001:db8:2::10
  quiet on router ping -c 1 127.0.0.1
  captured
  capture router sll.pcap -i any -y LINUX_SLL 'icmp or icmp6 or arp'
  quiet on client ping -c 2 -i 0.2 192.0.2.10
  quiet on client ping -6 -c 2 -i 0.2 2001:db8:2::10
  captured
}

scenario_raw() {
  start_http
  daemon server socat UDP4-DATAGRAM:10.0.1.2:11443,bind=192.0.2.10:11443 TUN:10.0.9.1/24,tun-name=tun0,iff-no-pi,iff-up
  daemon client socat UDP4-DATAGRAM:192.0.2.10:11443,bind=10.0.1.2:11443 TUN:10.0.9.2/24,tun-name=tun0,iff-no-pi,iff-up
  until_ready ip -n client link show tun0
  until_ready ip -n server link show tun0
  sleep 0.5
  ip -n client addr add 2001:db8:9::2/64 dev tun0 nodad
  ip -n server addr add 2001:db8:9::1/64 dev tun0 nodad
  capture client raw.pcap -i tun0
  quiet on client ping -c 2 -i 0.2 10.0.9.1
  quiet on client ping -6 -c 1 2001:db8:9::1
  quiet on client ping -6 -c 1 2001:db8:9::1
  quiet on client ping -c 1 -s 2000 10.0.9.1
  quiet on client curl -s http://10.0.9.1/
  captured
}

scenario_loopback() {
  printf '<p>A straw beehive.</p>\n' > /run/www/index.html
  daemon client python3 -m http.server --bind ::1 --directory /run/www 80
  until_ready on client curl -s 'http://[::1]/'
  dumpcapture client loopback.pcapng -i lo
  quiet on client ping -c 1 127.0.0.1
  quiet on client ping -6 -c 1 ::1
  quiet on client curl -s 'http://[::1]/'
  quiet on client curl -s http://127.0.0.1/
  sleep 1
  end "$capture_pid"
  scrub /run/loopback.pcapng
  cp /run/loopback.pcapng "$out/loopback.pcapng"
}

scenario_nano() {
  start_dns
  capture client nanosecond.pcap -i eth0 --time-stamp-precision=nano
  quiet on client ping -c 2 -i 0.2 192.0.2.10
  ask @192.0.2.53 www.example.com
  captured
  gzip -n -9 -c "$out/nanosecond.pcap" > "$out/nanosecond.pcap.gz"
}

scenario_snaplen() {
  start_http
  start_dns
  start_ntp
  capture router snaplen.pcap -s 64 -i eth1
  ask @192.0.2.53 www.example.com
  ask @2001:db8:2::53 example.com ANY
  quiet on client curl -s http://192.0.2.10/
  quiet on client ping -c 1 192.0.2.10
  ask_ntp 192.0.2.123 1
  quiet on client sh -c 'echo hello | socat -T1 - UDP4:192.0.2.10:9999'
  captured
}

scenario_linktypes() {
  dumpcapture router link-types.pcapng -i eth0 -i eth1 -i any
  quiet on client ping -c 2 -i 0.2 192.0.2.10
  quiet on client ping -6 -c 1 2001:db8:2::10
  sleep 1
  end "$capture_pid"
  scrub /run/link-types.pcapng
  cp /run/link-types.pcapng "$out/link-types.pcapng"
}

# ---------------------------------------------------------------------------------------------------------------------
# README.md, from the table of files and the files.
write_readme() {
  local name scenario how what packets
  {
    cat << 'MARKDOWN'
# Example captures

Real traffic between real programs, in network namespaces: nothing here was typed in by hand, and nothing comes from
anybody's network. Addresses are those set aside for examples, host names end in example.com, example.net or .local.

All of it is made by [`scripts/make-captures.sh`](../../scripts/make-captures.sh) (as root on Debian; the head of the
script names the packages), which also writes this page. skep needs none of those programs to read the files.

    npx skep dump -r examples/captures/mixed.pcapng 'tcp port 80'

| file | packets | what is in it | captured with |
|---|---:|---|---|
MARKDOWN
    while IFS='|' read -r name scenario how what; do
      [ -n "$name" ] && [ -e "$out/$name" ] || continue
      case $name in
        *.gz) packets=$(gzip -dc "$out/$name" | tcpdump --count -r - 2> /dev/null | cut -d' ' -f1) ;;
        link-types.pcapng) packets=$(capinfos -rcM "$out/$name" | sed -n 's/^Number of packets: *//p') ;;
        *) packets=$(tcpdump --count -r "$out/$name" 2> /dev/null | cut -d' ' -f1) ;;
      esac
      printf '| [`%s`](%s) | %s | %s | `%s` |\n' "$name" "$name" "$packets" "$what" "$how"
    done <<< "$files"
    cat << 'MARKDOWN'

`link-types.pcapng` has interfaces of different link types in one file: tcpdump refuses it, skep and Wireshark read it.
VLAN tags, MPLS labels, GRE and Geneve headers were put there by Open vSwitch in user space, everything else by the
Linux kernel or the program named.
MARKDOWN
  } > "$out/README.md"
}

# ---------------------------------------------------------------------------------------------------------------------
if [ $# -gt 0 ]; then scenarios=$*; else scenarios=$(printf '%s' "$files" | sed '/^$/d' | cut -d'|' -f2 | awk '!seen[$0]++'); fi
mkdir -p "$out"
for scenario in $scenarios; do
  # Each in a process and a set of namespaces of its own, so that no scenario sees another's neighbours or servers.
  if [ -z "${SKEP_CAPTURES_ONE:-}" ]; then
    SKEP_CAPTURES_ONE=1 unshare --mount --uts --ipc --net --pid --fork --kill-child --mount-proc --propagation private \
      "$0" "$scenario"
  else
    base_network
    "scenario_$scenario"
  fi
done
[ -n "${SKEP_CAPTURES_ONE:-}" ] || write_readme
