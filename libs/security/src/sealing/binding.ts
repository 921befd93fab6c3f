/** What a sealed value is bound to, beside its place in the payload: elsewhere it does not open. */
export interface Binding {
  readonly tenantId: string;
  /** The tool's name, not its id: whoever seals by itself knows the name. */
  readonly tool: string;
}

/** The same with the place, as it stands in the protected header of each sealed value. */
export interface Place {
  readonly tenant: string;
  readonly tool: string;
  readonly pointer: string;
}

export const placeOf = ({ tenantId, tool }: Binding, pointer: string): Place => ({ tenant: tenantId, tool, pointer });
