/** Long names of general categories as ECMAScript takes them, with the short ones that RE2 knows. */
const SHORT: ReadonlyMap<string, string> = new Map(
  [
    'L=Letter', 'LC=Cased_Letter', 'Lu=Uppercase_Letter', 'Ll=Lowercase_Letter', 'Lt=Titlecase_Letter', 'Lm=Modifier_Letter', 'Lo=Other_Letter',
    'M=Mark', 'M=Combining_Mark', 'Mn=Nonspacing_Mark', 'Mc=Spacing_Mark', 'Me=Enclosing_Mark',
    'N=Number', 'Nd=Decimal_Number', 'Nd=digit', 'Nl=Letter_Number', 'No=Other_Number',
    'P=Punctuation', 'P=punct', 'Pc=Connector_Punctuation', 'Pd=Dash_Punctuation', 'Ps=Open_Punctuation', 'Pe=Close_Punctuation',
    'Pi=Initial_Punctuation', 'Pf=Final_Punctuation', 'Po=Other_Punctuation',
    'S=Symbol', 'Sm=Math_Symbol', 'Sc=Currency_Symbol', 'Sk=Modifier_Symbol', 'So=Other_Symbol',
    'Z=Separator', 'Zs=Space_Separator', 'Zl=Line_Separator', 'Zp=Paragraph_Separator',
    'C=Other', 'Cc=Control', 'Cf=Format', 'Cs=Surrogate', 'Co=Private_Use',
  ].map((pair) => pair.split('=').toReversed() as [string, string]),
);
const ESCAPE = /\\(?:([pP])\{(?:(?:General_Category|gc|Script|sc)=)?(\w+)\}|[^])/g;

/** A pattern with its Unicode properties (`\p{Letter}`, `\p{Script=Greek}`) under the names that RE2 has for them. */
export const withShortNames = (source: string): string =>
  source.replace(ESCAPE, (escape: string, property: string | undefined, name: string | undefined) =>
    property === undefined || name === undefined ? escape : `\\${property}{${SHORT.get(name) ?? name}}`);
