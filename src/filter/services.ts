// Well-known service names and their ports, so that `port http` works where there is no services(5) file.
//
// Names and numbers from IANA's "Service Name and Transport Protocol Port Number Registry"; which transports a name has is
// what systems ship in /etc/services (http is TCP's alone), because that decides what `port NAME` tests.

import type { ServicePorts } from './names.js';

/** `port + transports (t TCP, u UDP, s SCTP), a space, the names`; items separated by `;`. */
const SERVICES = [
  '1t tcpmux;7tu echo;9tu discard,sink,null;11t systat,users;13tu daytime;15t netstat;17t qotd,quote',
  '19tu chargen,ttytst,source;20t ftp-data;21t ftp;21u fsp,fspd;22t ssh;23t telnet;25t smtp,mail',
  '37tu time,timserver;43t whois,nicname;49tu tacacs;53tu domain;67u bootps;68u bootpc;69u tftp;70t gopher',
  '79t finger;80t http,www;88tu kerberos,kerberos5,krb5,kerberos-sec;102t iso-tsap,tsap;104t acr-nema,dicom',
  '106t poppassd;110t pop3,pop-3;111tu sunrpc,portmapper;113t auth,authentication,tap,ident',
  '119t nntp,readnews,untp;123u ntp;135t epmap,loc-srv;137u netbios-ns;138u netbios-dgm;139t netbios-ssn',
  '143t imap2,imap;161tu snmp;162tu snmp-trap,snmptrap;163tu cmip-man;164tu cmip-agent;174t mailq;177u xdmcp',
  '179t bgp;199t smux;209t qmtp;210t z3950,wais;213u ipx;319u ptp-event;320u ptp-general;323t rpki-rtr',
  '345t pawserv;346t zserv;371u clearcase;389tu ldap;427tu svrloc;443tu https;444t snpp;445t microsoft-ds',
  '464tu kpasswd;465t submissions,ssmtp,smtps,urd;487t saft;500u isakmp;512t exec;512u biff,comsat;513t login',
  '513u who,whod;514t shell,cmd;514tu syslog;515t printer,spooler;517u talk;518u ntalk;520u route,router,routed',
  '538tu gdomap;540t uucp,uucpd;543t klogin;544t kshell,krcmd;546u dhcpv6-client;547u dhcpv6-server',
  '548t afpovertcp;554tu rtsp;563t nntps,snntp;587t submission;607t nqs;623u asf-rmcp;628t qmqp;631t ipp',
  '636tu ldaps;646tu ldp;655tu tinc;706t silc;749t kerberos-adm;750tu kerberos4,kerberos-iv,kdc',
  '751tu kerberos-master;752u passwd-server;754t krb-prop,hprop;783t spamd;830t netconf-ssh;853tu domain-s',
  '873t rsync;989t ftps-data;990t ftps;992t telnets;993t imaps;995t pop3s;1080t socks;1093t proofd;1094t rootd',
  '1099t rmiregistry;1194tu openvpn;1210u predict;1236t rmtcfg;1352t lotusnote,lotusnotes;1433t ms-sql-s',
  '1434u ms-sql-m;1524t ingreslock;1649t kermit;1677t groupwise;1701u l2f,l2tp;1755t ms-streaming;1812tu radius',
  '1813tu radius-acct,radacct;1883t mqtt;1900u ssdp;1985u hsrp;2000t cisco-sccp;2049tu nfs;2055u netflow',
  '2086tu gnunet;2101tu rtcm-sc104;2102u zephyr-srv;2103u zephyr-clt;2104u zephyr-hm;2119t gsigatekeeper',
  '2121t iprop;2123u gtp-control;2135t gris;2152u gtp-user;2401t cvspserver;2583tu mon;2600t zebrasrv',
  '2601t zebra;2602t ripd;2603t ripngd;2604t ospfd;2605t bgpd;2606t ospf6d;2607t ospfapi;2608t isisd;2628t dict',
  '2792t f5-globalsite;2811t gsiftp;2904s m2ua;2905s m3ua;2947t gpsd;3050t gds-db;3130u icpv2,icp;3205tu isns',
  '3260t iscsi-target;3306t mysql;3389t ms-wbt-server;3478tu stun;3493tu nut;3565s m2pa;3632t distcc;3689t daap',
  '3690t svn,subversion;3784u bfd-control;3785u bfd-echo;3868ts diameter;4031t suucp;4094t sysrqd;4190t sieve',
  '4341u lisp-data;4342u lisp-control;4353t f5-iquery;4369t epmd;4373t remctl;4460t ntske;4500u ipsec-nat-t',
  '4557t fax;4559t hylafax;4569u iax;4691t mtn;4739tus ipfix;4789u vxlan;4899t radmin-port;4949t munin',
  '5060tu sip;5061tu sip-tls;5222t xmpp-client,jabber-client;5246u capwap-control;5247u capwap-data',
  '5269t xmpp-server,jabber-server;5308t cfengine;5349t stuns;5353u mdns;5355tu llmnr;5432t postgresql,postgres',
  '5555u rplay;5556t freeciv,rptp;5666t nrpe;5667t nsca;5671t amqps;5672ts amqp;5683u coap;5684u coaps;5900t rfb',
  '5985t wsman;6000t x11,x11-0;6001t x11-1;6002t x11-2;6003t x11-3;6004t x11-4;6005t x11-5;6006t x11-6',
  '6007t x11-7;6081u geneve;6343u sflow;6346tu gnutella-svc;6347tu gnutella-rtr;6379t redis;6444t sge-qmaster',
  '6445t sge-execd;6446t mysql-proxy;6514t syslog-tls;6566t sane-port,sane,saned;6635u mpls-udp;6667t ircd',
  '6696u babel;6697t ircs-u;6969t bittorrent-tracker;7000t bbs;7000u afs3-fileserver;7001u afs3-callback',
  '7002u afs3-prserver;7003u afs3-vlserver;7004u afs3-kaserver;7005u afs3-volser;7007u afs3-bos',
  '7008u afs3-update;7009u afs3-rmtsys;7100t font-service,xfs;8021t zope-ftp;8080t http-alt,webcache',
  '8081t tproxy;8088t omniorb;8140t puppet;8883t secure-mqtt;8990t clc-build-daemon;9098t xinetd',
  '9101t bacula-dir;9102t bacula-fd;9103t bacula-sd;9418t git;9667t xmms2;9673t zope;9900s iua;10000t webmin',
  '10050t zabbix-agent;10051t zabbix-trapper;10080t amanda;10081t kamanda;10082t amandaidx;10083t amidxtape',
  '10809t nbd;11211tu memcache;11371t hkp;14001s sua;17500t db-lsp;22125t dcap;22128t gsidcap;27374tu asp',
  '30865t csync2;36412s s1-control;36422s x2-control',
];

const TRANSPORTS = { t: 'tcp', u: 'udp', s: 'sctp' } as const;

let table: Map<string, ServicePorts> | undefined;

/** service name -> its ports; built at the first call. */
export function builtInServices(): ReadonlyMap<string, ServicePorts> {
  if (table) return table;
  table = new Map();
  for (const item of SERVICES.join(';').split(';')) {
    const [, port, transports, names] = /^(\d+)([tus]+) (.+)$/.exec(item) as unknown as [
      string,
      string,
      string,
      string,
    ];
    const ports: { tcp?: number; udp?: number; sctp?: number } = {};
    for (const letter of transports as Iterable<keyof typeof TRANSPORTS>) ports[TRANSPORTS[letter]] = Number(port);
    for (const name of names.split(',')) table.set(name, ports);
  }
  return table;
}
