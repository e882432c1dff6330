/**
 * What arguments are for, in the order in which they are shown. For display only: the order within the real list is
 * what counts.
 */
export const ARG_GROUPS = [
  'Root',
  'Console',
  'Ignition',
  'Cloud',
  'Network',
  'Security',
  'Storage',
  'Hardware',
  'System',
  'Debug',
  'Other',
] as const
export type ArgGroup = (typeof ARG_GROUPS)[number]
