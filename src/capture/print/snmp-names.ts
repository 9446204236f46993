// Names of SNMP objects: the structure of management information (RFC 1155), MIB-II (RFC 1213), the SNMPv2 and SNMPv3 modules
// (RFC 3411 to 3418), and the first enterprises. The same names `tcpdump` knows.

/** Children by parent: "name=number", or a name alone for the number after its left neighbour's. */
const CHILDREN: readonly (readonly [parent: string, children: string])[] = [
  ['', 'iso=1'],
  ['1', 'org=3'],
  ['1.3', 'dod=6'],
  ['1.3.6', 'internet=1'],
  ['1.3.6.1', 'directory=1 mgmt experimental private security snmpV2'],
  ['1.3.6.1.2', 'mib=1'],
  ['1.3.6.1.2.1', 'system=1 interfaces at ip icmp tcp udp egp transmission=10 snmp'],
  ['1.3.6.1.2.1.1', 'sysDescr=1 sysObjectID sysUpTime sysContact sysName sysLocation sysServices'],
  ['1.3.6.1.2.1.2', 'ifNumber=1 ifTable'],
  ['1.3.6.1.2.1.2.2', 'ifEntry=1'],
  [
    '1.3.6.1.2.1.2.2.1',
    'ifIndex=1 ifDescr ifType ifMtu ifSpeed ifPhysAddress ifAdminStatus ifOperStatus ifLastChange ' +
      'ifInOctets ifInUcastPkts ifInNUcastPkts ifInDiscards ifInErrors ifInUnknownProtos ifOutOctets ' +
      'ifOutUcastPkts ifOutNUcastPkts ifOutDiscards ifOutErrors ifOutQLen ifSpecific',
  ],
  ['1.3.6.1.2.1.3', 'atTable=1'],
  ['1.3.6.1.2.1.3.1', 'atEntry=1'],
  ['1.3.6.1.2.1.3.1.1', 'atIfIndex=1 atPhysAddress atNetAddress'],
  [
    '1.3.6.1.2.1.4',
    'ipForwarding=1 ipDefaultTTL ipInReceives ipInHdrErrors ipInAddrErrors ipForwDatagrams ' +
      'ipInUnknownProtos ipInDiscards ipInDelivers ipOutRequests ipOutDiscards ipOutNoRoutes ipReasmTimeout ' +
      'ipReasmReqds ipReasmOKs ipReasmFails ipFragOKs ipFragFails ipFragCreates ipAddrTable ipRoutingTable ' +
      'ipNetToMediaTable',
  ],
  ['1.3.6.1.2.1.4.20', 'ipAddrEntry=1'],
  ['1.3.6.1.2.1.4.20.1', 'ipAdEntAddr=1 ipAdEntIfIndex ipAdEntNetMask ipAdEntBcastAddr ipAdEntReasmMaxSize'],
  ['1.3.6.1.2.1.4.21', 'ipRouteEntry=1'],
  [
    '1.3.6.1.2.1.4.21.1',
    'ipRouteDest=1 ipRouteIfIndex ipRouteMetric1 ipRouteMetric2 ipRouteMetric3 ipRouteMetric4 ' +
      'ipRouteNextHop ipRouteType ipRouteProto ipRouteAge ipRouteMask',
  ],
  ['1.3.6.1.2.1.4.22', 'ipNetToMediaEntry=1'],
  ['1.3.6.1.2.1.4.22.1', 'ipNetToMediaIfIndex=1 ipNetToMediaPhysAddress ipNetToMediaNetAddress ipNetToMediaType'],
  [
    '1.3.6.1.2.1.5',
    'icmpInMsgs=1 icmpInErrors icmpInDestUnreachs icmpInTimeExcds icmpInParmProbs icmpInSrcQuenchs ' +
      'icmpInRedirects icmpInEchos icmpInEchoReps icmpInTimestamps icmpInTimestampReps icmpInAddrMasks ' +
      'icmpInAddrMaskReps icmpOutMsgs icmpOutErrors icmpOutDestUnreachs icmpOutTimeExcds icmpOutParmProbs ' +
      'icmpOutSrcQuenchs icmpOutRedirects icmpOutEchos icmpOutEchoReps icmpOutTimestamps ' +
      'icmpOutTimestampReps icmpOutAddrMasks icmpOutAddrMaskReps',
  ],
  [
    '1.3.6.1.2.1.6',
    'tcpRtoAlgorithm=1 tcpRtoMin tcpRtoMax tcpMaxConn tcpActiveOpens tcpPassiveOpens tcpAttemptFails ' +
      'tcpEstabResets tcpCurrEstab tcpInSegs tcpOutSegs tcpRetransSegs tcpConnTable tcpInErrs tcpOutRsts',
  ],
  ['1.3.6.1.2.1.6.13', 'tcpConnEntry=1'],
  ['1.3.6.1.2.1.6.13.1', 'tcpConnState=1 tcpConnLocalAddress tcpConnLocalPort tcpConnRemAddress tcpConnRemPort'],
  ['1.3.6.1.2.1.7', 'udpInDatagrams=1 udpNoPorts udpInErrors udpOutDatagrams udpTable'],
  ['1.3.6.1.2.1.7.5', 'udpEntry=1'],
  ['1.3.6.1.2.1.7.5.1', 'udpLocalAddress=1 udpLocalPort'],
  ['1.3.6.1.2.1.8', 'egpInMsgs=1 egpInErrors egpOutMsgs egpOutErrors egpNeighTable egpAs'],
  ['1.3.6.1.2.1.8.5', 'egpNeighEntry=1'],
  [
    '1.3.6.1.2.1.8.5.1',
    'egpNeighState=1 egpNeighAddr egpNeighAs egpNeighInMsgs egpNeighInErrs egpNeighOutMsgs ' +
      'egpNeighOutErrs egpNeighInErrMsgs egpNeighOutErrMsgs egpNeighStateUps egpNeighStateDowns ' +
      'egpNeighIntervalHello egpNeighIntervalPoll egpNeighMode egpNeighEventTrigger',
  ],
  [
    '1.3.6.1.2.1.11',
    'snmpInPkts=1 snmpOutPkts snmpInBadVersions snmpInBadCommunityNames snmpInBadCommunityUses ' +
      'snmpInASNParseErrs snmpInBadTypes snmpInTooBigs snmpInNoSuchNames snmpInBadValues snmpInReadOnlys ' +
      'snmpInGenErrs snmpInTotalReqVars snmpInTotalSetVars snmpInGetRequests snmpInGetNexts ' +
      'snmpInSetRequests snmpInGetResponses snmpInTraps snmpOutTooBigs snmpOutNoSuchNames snmpOutBadValues ' +
      'snmpOutReadOnlys snmpOutGenErrs snmpOutGetRequests snmpOutGetNexts snmpOutSetRequests ' +
      'snmpOutGetResponses snmpOutTraps snmpEnableAuthTraps',
  ],
  ['1.3.6.1.4', 'enterprises=1'],
  [
    '1.3.6.1.4.1',
    'proteon=1 ibm cmu unix acc twg cayman nysernet cisco nsc hp epilogue utennessee bbn xylogics unisys ' +
      'canstar wellfleet trw mit eon spartacus excelan spider nsfnet sytek intergraph interlan vitalink ' +
      'ulana nswc santacruzoperation xyplex cray bellnorthernresearch dec touch networkresearchcorp baylor ' +
      'nmfeccllnl sri sun 3com cmc synoptics cheyenne prime mcnc chipcom opticaldatasystems gated cabletron ' +
      'apollo desktalksystems ssds castlerock mips tgv silicongraphics ubc merit fibercom apple gandalf ' +
      'dartmouth davidsystems reuter cornell tmac locus nasa retix boeing att ungermannbass digitalanalysis ' +
      'hplanman netlabs icl auspex lannet ncd raycom pirellifocom datability networkappltech link nyu rnd ' +
      'intercon learningtree webstercomputer frontier nokia allenbradley cern sigma emergingtech ' +
      'snmpresearch ohiostate ultra ccur=136',
  ],
  ['1.3.6.1.6', 'snmpModules=3'],
  ['1.3.6.1.6.3', 'snmpFrameworkMIB=10 snmpMPDMIB snmpUsmMIB=15'],
  ['1.3.6.1.6.3.10', 'snmpFrameworkAdmin=1 snmpFrameworkMIBObjects snmpFrameworkMIBConformance'],
  ['1.3.6.1.6.3.10.2', 'snmpEngine=1'],
  ['1.3.6.1.6.3.10.2.1', 'snmpEngineID=1 snmpEngineBoots snmpEngineTime snmpEngineMaxMessageSize'],
  ['1.3.6.1.6.3.11', 'snmpMPDAdmin=1 snmpMPDMIBObjects snmpMPDMIBConformance'],
  ['1.3.6.1.6.3.11.2', 'snmpMPDStats=1'],
  ['1.3.6.1.6.3.11.2.1', 'snmpUnknownSecurityModels=1 snmpInvalidMsgs snmpUnknownPDUHandlers'],
  ['1.3.6.1.6.3.11.3', 'snmpMPDMIBCompliances=1 snmpMPDMIBGroups'],
  ['1.3.6.1.6.3.15', 'usmMIBObjects=1 usmMIBConformance'],
  ['1.3.6.1.6.3.15.1', 'usmStats=1 usmUser'],
  [
    '1.3.6.1.6.3.15.1.1',
    'usmStatsUnsupportedSecLevels=1 usmStatsNotInTimeWindows usmStatsUnknownUserNames ' +
      'usmStatsUnknownEngineIDs usmStatsWrongDigests usmStatsDecryptionErrors',
  ],
  ['1.3.6.1.6.3.15.1.2', 'usmUserSpinLock=1 usmUserTable'],
  ['1.3.6.1.6.3.15.1.2.2', 'usmUserEntry=1'],
  [
    '1.3.6.1.6.3.15.1.2.2.1',
    'usmUserEngineID=1 usmUserName usmUserSecurityName usmUserCloneFrom usmUserAuthProtocol ' +
      'usmUserAuthKeyChange usmUserOwnAuthKeyChange usmUserPrivProtocol usmUserPrivKeyChange ' +
      'usmUserOwnPrivKeyChange usmUserPublic usmUserStorageType usmUserStatus',
  ],
  ['1.3.6.1.6.3.15.2', 'usmMIBCompliances=1 usmMIBGroups'],
];

/** A place in the tree of object names. */
export interface NamedObject {
  readonly name: string;
  readonly children: ReadonlyMap<number, NamedObject>;
}

function children(parent: string): ReadonlyMap<number, NamedObject> {
  const row = CHILDREN.find(([path]) => path === parent);
  const found = new Map<number, NamedObject>();
  if (row === undefined) return found;
  let number = 0;
  for (const word of row[1].split(' ')) {
    const [name, given] = word.split('=') as [string, string | undefined];
    number = given === undefined ? number + 1 : Number(given);
    found.set(number, { name, children: children(parent === '' ? String(number) : `${parent}.${number}`) });
  }
  return found;
}

let root: ReadonlyMap<number, NamedObject> | undefined;

/** The top of the tree; built on first use. */
export function namedObjects(): ReadonlyMap<number, NamedObject> {
  root ??= children('');
  return root;
}

/** The children of an object given by its numbers; none where it has no name. */
export function namedChildren(path: readonly number[]): ReadonlyMap<number, NamedObject> | undefined {
  let level: ReadonlyMap<number, NamedObject> | undefined = namedObjects();
  for (const number of path) level = level?.get(number)?.children;
  return level;
}
