import { Type, type TArray, type TNull, type TObject, type TSchema, type TString, type TUnion } from 'typebox';

/** The answer of a list. */
export const pageSchema = <Item extends TSchema>(item: Item): TObject<{ items: TArray<Item>; next: TUnion<[TString, TNull]> }> =>
  Type.Object({ items: Type.Array(item), next: Type.Union([Type.String(), Type.Null()], { description: 'Cursor of the next page; null on the last.' }) });
