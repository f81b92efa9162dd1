/** Columns of numbers whose heading names a quantity that has a unit, and gives none. */
import { type Block, type Inline, plainOf, type TableNode } from '../../exports/paper/ast.ts';
import { nodesOf } from '../../exports/program/walk.ts';
import { type CheckItem, item, quoted } from '../item.ts';

/** Quantities that nobody can read without a unit. Ratios, counts, coefficients and errors are none of them. */
const QUANTITY =
  /\b(?:times?|durations?|periods?|lengths?|distances?|heights?|widths?|depths?|radius|diameter|thickness|mass|weights?|temperatures?|speeds?|velocit(?:y|ies)|accelerations?|forces?|pressures?|stress|energy|power|frequenc(?:y|ies)|areas?|volumes?|densit(?:y|ies)|concentrations?|costs?|prices?|revenues?|income|profits?|currents?|voltages?|resistance|load|altitudes?|wavelengths?|dose)\b|时间|时长|周期|长度|距离|高度|宽度|深度|半径|直径|厚度|质量|重量|体重|身高|温度|速度|加速度|压力|压强|应力|能量|功率|频率|面积|体积|密度|浓度|成本|费用|价格|收入|利润|电流|电压|电阻|载荷|海拔|波长|剂量/i;
/** What makes a quantity a pure number, or names something else. */
const PURE =
  /\b(?:ratio|relative|normali[sz]ed|dimensionless|reduced|number|count|index|rank|share|fraction|factor|score|steps?|frequency \(count\)|times? (?:faster|slower)|sample|type|name|class|category|level|model|method|series|accuracy|p-?value)\b|比|相对|归一|无量纲|个数|次数|数量|序号|编号|占比|指数|系数|类型|名称|等级|方法|模型|排名|准确率|评分|得分/i;
/** A unit in brackets, behind a slash or a comma, a sign, or the word for it. */
const UNIT =
  /[(（[【][^)）\]】]{1,40}[)）\]】]|\/\s?\S|[,，]\s*\S{1,12}$|[%‰°℃$€£¥￥]|单位|\bin [a-zµμ]\S{0,20}/i;
const NUMBER = /^[\s~≈<>≤≥±+\-−–]*\d[\d.,\s eE×^+\-−–±]*$/;

export function missingUnits(blocks: readonly Block[]): CheckItem[] {
  const items: CheckItem[] = [];
  for (const node of nodesOf(blocks)) {
    if (node.t !== 'Table') continue;
    const table = node as unknown as TableNode;
    // A caption may give the unit of all: "times in seconds".
    if (UNIT_OF_ALL.test(plainOf(table.caption))) continue;
    for (const [column, cell] of table.head.entries()) {
      const head = plainOf(cell).trim();
      if (!asksForUnit(cell, head) || !isOfNumbers(table, column)) continue;
      items.push(
        item('unit_missing', `The column "${quoted(head)}" has numbers and no unit in its heading.`, {
          ...(table.line === undefined ? {} : { line: table.line }),
          about: quoted(head),
        }),
      );
    }
  }
  return items;
}

const UNIT_OF_ALL =
  /\b(?:all |times?|units?|values?|lengths?|amounts?|\w{3,20}s)\s(?:are |is )?in [a-zµμ%$€£]|\bunits?\b|单位|[(（](?:单位|in )/i;

function asksForUnit(cell: readonly Inline[], head: string): boolean {
  if (head.length > 120 || !QUANTITY.test(head) || PURE.test(head) || UNIT.test(head)) return false;
  // A formula with upright letters names the unit: `$t\ \mathrm{[s]}$`.
  return !cell.some((inline) => inline.t === 'Math' && /\\(?:mathrm|text|si|unit|rm)\b/.test(inline.c[1]));
}

/** Most of its cells are bare numbers, at least two. */
function isOfNumbers({ rows }: TableNode, column: number): boolean {
  const cells = rows
    .map((row) => plainOf(row[column] ?? []).trim())
    .filter((text) => text !== '' && !/^[-–—/]$/.test(text));
  const numbers = cells.filter((text) => text.length <= 60 && NUMBER.test(text));
  return numbers.length >= 2 && numbers.length * 3 >= cells.length * 2;
}
