import type { ComponentChildren } from 'preact';
import type { Track } from '../../../../../shared/jobs/job-view.ts';
import type { Options } from './options.ts';

export interface OptionsFormProps {
  value: Options;
  onChange: (options: Options) => void;
  /** The tracks of the film, where one of them can be chosen. */
  tracks?: readonly Track[] | null | undefined;
  /** Length of the film in seconds, where it is known. */
  filmSeconds?: number | null | undefined;
  /** Whether options that suit one film alone are left out: a part of it, its title, its track. */
  isForMany?: boolean;
  /** Further settings among the options that are shown on request. */
  children?: ComponentChildren;
}

export type MoreOptionsProps = Omit<OptionsFormProps, 'isForMany'> & { isForMany: boolean };
