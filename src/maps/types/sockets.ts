// Maps of sockets: sockmap and sockhash (net/core/sock_map.c), xskmap (net/xdp/xskmap.c), reuseport_sockarray
// (kernel/bpf/reuseport_array.c). User space puts sockets in by number and, with 8-byte values, reads their cookies.

import type { Machine } from '../../engine/index.js';
import { BaseMap } from '../base-map.js';
import { ERRNO } from '../errno.js';
import { BPF_EXIST, BPF_NOEXIST } from '../flags.js';
import type { MapDefinition, MapHost, MapSocket } from '../map.js';
import { nextIndex } from './array.js';

/** What the kinds of socket maps answer differently. */
export interface SocketMapKind {
  readonly object: 'socket' | 'xdp-socket';
  /** Errors for an index that is too large on update and on delete, and for deleting what is not there (0: no error). */
  readonly deleteBeyond: number;
  readonly deleteAbsent: number;
  /** Whether user space may look up. */
  readonly readable: boolean;
  /** Whether flags and index are looked at before the socket is. */
  readonly checksFirst: boolean;
}

export const SOCKET_MAP_KINDS = {
  sockmap: {
    object: 'socket',
    deleteBeyond: -ERRNO.EINVAL,
    deleteAbsent: -ERRNO.EINVAL,
    readable: true,
    checksFirst: false,
  },
  xskmap: { object: 'xdp-socket', deleteBeyond: -ERRNO.EINVAL, deleteAbsent: 0, readable: false, checksFirst: true },
  reuseport_sockarray: {
    object: 'socket',
    deleteBeyond: -ERRNO.E2BIG,
    deleteAbsent: -ERRNO.ENOENT,
    readable: true,
    checksFirst: true,
  },
} as const satisfies Record<string, SocketMapKind>;

abstract class SocketMapBase extends BaseMap {
  protected readonly objectKind: 'socket' | 'xdp-socket';

  constructor(host: MapHost, definition: MapDefinition, kind: 'socket' | 'xdp-socket') {
    super(host, definition);
    this.objectKind = kind;
  }

  /** The socket that user space means, or -errno. */
  protected socketOf(value: number): MapSocket | number {
    const { view } = this.host.space;
    const number = view.getUint32(value, true);
    if (this.definition.valueSizeBytes === 8 && (view.getUint32(value + 4, true) !== 0 || number > 0x7fffffff)) {
      return -ERRNO.EINVAL;
    }
    return this.host.objectOf?.(this.objectKind, number) ?? -ERRNO.EBADF;
  }

  /** The socket under the key at an address. */
  abstract socketAt(key: number): MapSocket | undefined;
  protected abstract put(key: number, socket: MapSocket, flags: number): number;

  /** Address of the socket under the key at an address, for the redirect and select helpers; 0: none. */
  socketUnder(key: number): number {
    return this.socketAt(key)?.address ?? 0;
  }

  /** bpf_sock_map_update, bpf_sock_hash_update: puts the socket at an address there. 0 or -errno. */
  setSocket(key: number, socketAddress: number, flags: number): number {
    const socket = this.host.objectOf?.('socket-at', socketAddress);
    return socket ? this.put(key, socket, flags) : -ERRNO.EINVAL;
  }

  override lookup(_machine: Machine, key: number): number {
    return this.socketUnder(key);
  }

  override update(_machine: Machine, key: number, value: number, flags: number): number {
    return this.setSocket(key, value, flags);
  }

  override delete(_machine: Machine, key: number): number {
    return this.userDelete(key);
  }

  /** What user space reads of a socket. */
  protected copyCookie(socket: MapSocket | undefined, out: number): number {
    if (this.definition.valueSizeBytes !== 8) return -ERRNO.ENOSPC;
    if (!socket) return -ERRNO.ENOENT;
    this.host.space.view.setBigUint64(out, socket.cookie, true);
    return 0;
  }
}

export class SocketArrayMap extends SocketMapBase {
  readonly #kind: SocketMapKind;
  readonly #sockets = new Map<number, MapSocket>();

  constructor(host: MapHost, definition: MapDefinition, kind: SocketMapKind) {
    super(host, definition, kind.object);
    this.#kind = kind;
  }

  socketAt(key: number): MapSocket | undefined {
    return this.#sockets.get(this.host.space.view.getUint32(key, true));
  }

  protected put(key: number, socket: MapSocket, flags: number): number {
    const index = this.host.space.view.getUint32(key, true);
    if (flags > BPF_EXIST) return -ERRNO.EINVAL;
    if (index >= this.definition.maxEntries) return -ERRNO.E2BIG;
    const exists = this.#sockets.has(index);
    if (exists && flags === BPF_NOEXIST) return -ERRNO.EEXIST;
    if (!exists && flags === BPF_EXIST) return -ERRNO.ENOENT;
    this.#sockets.set(index, socket);
    return 0;
  }

  override userLookup(key: number, out: number, _flags: number): number {
    if (!this.#kind.readable) return -ERRNO.EOPNOTSUPP;
    return this.copyCookie(this.socketAt(key), out);
  }

  override userUpdate(key: number, value: number, flags: number): number {
    const index = this.host.space.view.getUint32(key, true);
    if (this.#kind.checksFirst) {
      if (flags > BPF_EXIST) return -ERRNO.EINVAL;
      if (index >= this.definition.maxEntries) return -ERRNO.E2BIG;
    }
    const socket = this.socketOf(value);
    return typeof socket === 'number' ? socket : this.put(key, socket, flags);
  }

  override userDelete(key: number): number {
    const index = this.host.space.view.getUint32(key, true);
    if (index >= this.definition.maxEntries) return this.#kind.deleteBeyond;
    return this.#sockets.delete(index) ? 0 : this.#kind.deleteAbsent;
  }

  override nextKey(key: number, out: number): number {
    return nextIndex(this.host.space.view, key, out, this.definition.maxEntries);
  }
}

export class SocketHashMap extends SocketMapBase {
  /** By the bytes of the key, one character each. */
  readonly #sockets = new Map<string, MapSocket>();

  constructor(host: MapHost, definition: MapDefinition) {
    super(host, definition, 'socket');
  }

  socketAt(key: number): MapSocket | undefined {
    return this.#sockets.get(this.#text(key));
  }

  protected put(key: number, socket: MapSocket, flags: number): number {
    if (flags > BPF_EXIST) return -ERRNO.EINVAL;
    const text = this.#text(key);
    const exists = this.#sockets.has(text);
    if (exists && flags === BPF_NOEXIST) return -ERRNO.EEXIST;
    if (!exists && flags === BPF_EXIST) return -ERRNO.ENOENT;
    if (!exists && this.#sockets.size >= this.definition.maxEntries) return -ERRNO.E2BIG;
    this.#sockets.set(text, socket);
    return 0;
  }

  override userLookup(key: number, out: number, _flags: number): number {
    return this.copyCookie(this.socketAt(key), out);
  }

  override userUpdate(key: number, value: number, flags: number): number {
    const socket = this.socketOf(value);
    return typeof socket === 'number' ? socket : this.put(key, socket, flags);
  }

  override userDelete(key: number): number {
    return this.#sockets.delete(this.#text(key)) ? 0 : -ERRNO.ENOENT;
  }

  override nextKey(key: number, out: number): number {
    const keys = [...this.#sockets.keys()];
    const next = keys[key === 0 ? 0 : keys.indexOf(this.#text(key)) + 1];
    if (next === undefined) return -ERRNO.ENOENT;
    for (let at = 0; at < next.length; at++) this.host.space.bytes[out + at] = next.charCodeAt(at);
    return 0;
  }

  #text(key: number): string {
    return String.fromCharCode(...this.host.space.bytes.subarray(key, key + this.definition.keySizeBytes));
  }
}
