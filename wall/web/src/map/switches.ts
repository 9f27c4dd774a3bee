/** What the operator may switch on and off. */
export const SWITCHES = ['grids', 'areas', 'labels', 'buildings', 'cameras', 'domes', 'workers', 'cases'] as const
export type SwitchName = (typeof SWITCHES)[number]
