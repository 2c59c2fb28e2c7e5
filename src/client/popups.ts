/**
 * What the client software shows its user. The Japanese texts are those of section 6.3, word for word; an option turns
 * them to English.
 *
 * A group that comes up on its primary is announced only to who has seen it stop before (6.3.2, but not 6.3.5); one that
 * comes up, or is found, on another server always (6.3.3, 6.3.6).
 */
import type { ClusterDefinition } from '../model/definition.js';

export type PopupKind =
  | 'failoverStart'
  | 'failoverEnd'
  | 'groupStopped'
  | 'groupStarted'
  /** Found so when the client starts (6.3.3). */
  | 'foundOnBackup'
  /** Happening while the client runs (6.3.6). */
  | 'startedOnBackup';

export type PopupLanguage = 'japanese' | 'english';

type Sentence = (cluster: string, group: string) => string;

const sentences: Readonly<Record<PopupLanguage, Readonly<Record<PopupKind, Sentence>>>> = {
  japanese: {
    failoverStart: (cluster, group) => `クラスタ ${cluster} でグループ ${group} のフェイルオーバーを開始しました.`,
    failoverEnd: (cluster, group) => `クラスタ ${cluster} でグループ ${group} のフェイルオーバーが終了しました.`,
    groupStopped: (cluster, group) => `クラスタ ${cluster} でグループ ${group} が停止しました.`,
    groupStarted: (cluster, group) => `クラスタ ${cluster} でグループ ${group} が起動しました.`,
    foundOnBackup: (cluster, group) => `クラスタ ${cluster} でグループ ${group} がバックアップサーバ上で起動しました.`,
    startedOnBackup: (cluster, group) => `クラスタ ${cluster} のグループ ${group} がバックアップ上で起動しました.`,
  },
  english: {
    failoverStart: (cluster, group) => `Failover of group ${group} in cluster ${cluster} has begun.`,
    failoverEnd: (cluster, group) => `Failover of group ${group} in cluster ${cluster} has ended.`,
    groupStopped: (cluster, group) => `Group ${group} in cluster ${cluster} has stopped.`,
    groupStarted: (cluster, group) => `Group ${group} in cluster ${cluster} has started.`,
    foundOnBackup: (cluster, group) => `Group ${group} in cluster ${cluster} runs on a backup server.`,
    startedOnBackup: (cluster, group) => `Group ${group} in cluster ${cluster} has started on a backup server.`,
  },
};

const words: Readonly<Record<PopupLanguage, { readonly server: string; readonly to: string }>> = {
  japanese: { server: 'サーバ', to: '→' },
  english: { server: 'Server', to: ' to ' },
};

/** The whole text: the sentence, and below it the servers with their addresses. Nobody (-1) is left out. */
export function popupText(
  language: PopupLanguage,
  kind: PopupKind,
  { name, groups, servers }: ClusterDefinition,
  group: number,
  places: readonly number[],
): string {
  const { server, to } = words[language];
  const named = places
    .filter((place) => place >= 0)
    .map((place) => `${server} ${servers[place].name}(${servers[place].ip})`);
  return [sentences[language][kind](name, groups[group].name), ...(named.length > 0 ? [named.join(to)] : [])].join(
    '\n',
  );
}
