import type { OperatorOverview } from '../../../operator/overview-view.ts';
import { t } from '../text/language.ts';
import { shown } from './overview.ts';

/** Versions, and the components that were chosen. */
export function SystemSection() {
  const overview = shown.value?.overview;
  if (overview === undefined) return null;
  return (
    <section class="stack" aria-labelledby="system-title">
      <h2 id="system-title">{t('operator.system')}</h2>
      <div class="card system">
        <Table
          caption={t('operator.versions')}
          heads={[t('operator.program'), t('operator.version')]}
          rows={versionsOf(overview)}
        />
        <Table
          caption={t('operator.components')}
          heads={[t('operator.component'), t('operator.type'), t('operator.version')]}
          rows={overview.components?.map(({ name, type, version }) => [name, type, version])}
        />
      </div>
    </section>
  );
}

/** Several versions of a program are in one row. A converter of an earlier release names none. */
function versionsOf({ gateway, dapr, converters }: OperatorOverview): string[][] {
  const ofConverters = (name: 'release' | 'node' | 'ffmpeg') =>
    listOf(converters?.map(({ versions }) => versions[name]));
  return [
    [t('operator.release_gateway'), gateway.release],
    [t('operator.release_converters'), ofConverters('release')],
    [t('operator.node_gateway'), gateway.node],
    [t('operator.node_converters'), ofConverters('node')],
    ['ffmpeg', ofConverters('ffmpeg')],
    ['Dapr', dapr ?? t('operator.unknown')],
  ];
}

function listOf(versions: readonly (string | null)[] = []): string {
  const known = [...new Set(versions.map((version) => version ?? t('operator.unknown')))].sort();
  return known.length === 0 ? t('operator.unknown') : known.join(', ');
}

interface TableProps {
  caption: string;
  heads: readonly string[];
  /** Undefined where they are not known. */
  rows: readonly (readonly string[])[] | undefined;
}

function Table({ caption, heads, rows }: TableProps) {
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows?.map(([name, ...cells]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {cells.map((cell, index) => (
              <td key={index}>{cell}</td>
            ))}
          </tr>
        )) ?? (
          <tr>
            <td colSpan={heads.length}>{t('operator.unknown')}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
