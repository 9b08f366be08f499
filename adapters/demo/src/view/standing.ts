/**
 * What stands in the world, as lines of a fixed width on the screen and faint areas; and lines over all entities: what
 * a hand is drawing or selecting. Where an axis has a seam, what stands on its other side is drawn there too.
 */

import { BufferAttribute, BufferGeometry, Mesh, ShapeUtils, Vector2, type RawShaderMaterial } from 'three';
import { borderOf, isOpen, type Outline, type Role, type Shape, type Spot } from '../sim/shapes.js';
import type { Extent } from './camera.js';
import type { MakeMaterial } from './sight.js';
import { standingFragment, standingVertex } from './standing-shaders.js';

type Tint = readonly [red: number, green: number, blue: number];

/** Of the line, and how much of it the area has. */
interface Style {
  readonly tint: Tint;
  readonly fill: number;
  /** Half of the line, in CSS pixels. */
  readonly half: number;
  readonly dashed?: boolean;
}

export const ROLE_TINTS: Readonly<Record<Role, Tint>> = {
  wall: [0.8, 0.83, 0.9],
  door: [1, 0.6, 0.2],
  goal: [0.2, 0.75, 0.45],
  source: [0.3, 0.6, 0.95],
  sink: [0.9, 0.35, 0.5],
};
const STYLES: Readonly<Record<Role, Omit<Style, 'tint'>>> = {
  wall: { fill: 0.1, half: 1.6 },
  door: { fill: 0.1, half: 2.6 },
  goal: { fill: 0.02, half: 0.7 },
  source: { fill: 0.008, half: 0.7 },
  sink: { fill: 0.02, half: 0.7 },
};
const CHOSEN: Tint = [0.34, 0.71, 0.91];

/** A line that is being drawn. */
export interface Draft {
  readonly outlines: readonly Outline[];
  /** A line that is not closed. */
  readonly path?: readonly Spot[];
  /** Places are parts of the view, from -1 at the left and below to 1, and not of the world. */
  readonly flat?: boolean;
  readonly tint: Tint;
}

/** Numbers of a corner: where it is, the other end of its side, which side of the line, half of its width, dashes, tint. */
const SIZES = { position: 2, other: 2, side: 2, broad: 1, dashed: 1, tint: 4 } as const;

type Lists = Record<keyof typeof SIZES, number[]>;

class Lines {
  readonly thing: Mesh<BufferGeometry, RawShaderMaterial>;

  /** Whether places are parts of the view. */
  private readonly inView = { value: 0 };

  constructor(make: MakeMaterial) {
    this.thing = new Mesh(new BufferGeometry(), make(standingVertex, standingFragment, { inView: this.inView }));
    this.thing.visible = false;
  }

  /** Shows what `fill` puts into the lists. */
  show({ sides, wraps }: Extent, fill: (add: Adder) => void, flat = false): void {
    this.inView.value = Number(flat);
    const lists: Lists = { position: [], other: [], side: [], broad: [], dashed: [], tint: [] };
    const images = (axis: 0 | 1) => (wraps[axis] && !flat ? [-1, 0, 1] : [0]).map((times) => times * sides[axis]);
    for (const dx of images(0)) for (const dy of images(1)) fill(new Adder(lists, dx, dy));
    const geometry = new BufferGeometry();
    for (const [name, size] of Object.entries(SIZES)) {
      geometry.setAttribute(name, new BufferAttribute(Float32Array.from(lists[name as keyof Lists]), size));
    }
    this.thing.geometry.dispose();
    this.thing.geometry = geometry;
    geometry.setDrawRange(0, lists.broad.length);
    this.thing.visible = lists.broad.length > 0;
  }

  hide(): void {
    this.thing.visible = false;
  }
}

class Adder {
  constructor(
    private readonly lists: Lists,
    private readonly dx: number,
    private readonly dy: number,
  ) {}

  outline(outline: Outline, style: Style): void {
    const border = borderOf(outline);
    this.path(outline.kind === 'segment' ? border : [...border, border[0]!], style);
    if (outline.kind === 'segment' || style.fill === 0) return;
    const corners = border.map(([x, y]) => new Vector2(x, y));
    for (const triangle of ShapeUtils.triangulateShape(corners, [])) {
      for (const corner of triangle) this.corner(border[corner]!, border[corner]!, [0, 0], style, style.fill);
    }
  }

  path(corners: readonly Spot[], style: Style): void {
    for (let index = 1; index < corners.length; index++) {
      const [a, b] = [corners[index - 1]!, corners[index]!];
      // Seen from the other end, left is right.
      const [left, right, farLeft, farRight] = [[a, b, [1, 1]], [a, b, [-1, -1]], [b, a, [-1, 1]], [b, a, [1, -1]]] as const;
      for (const [at, other, side] of [left, right, farLeft, right, farRight, farLeft]) this.corner(at, other, side, style, 1);
    }
  }

  private corner(at: Spot, other: Spot, side: Spot, { tint, half, dashed }: Style, alpha: number): void {
    const { lists, dx, dy } = this;
    lists.position.push(at[0] + dx, at[1] + dy);
    lists.other.push(other[0] + dx, other[1] + dy);
    lists.side.push(...side);
    lists.broad.push(half);
    lists.dashed.push(dashed ? 1 : 0);
    lists.tint.push(...tint, alpha);
  }
}

export class Standing {
  /** Under the entities, and over them. */
  readonly under: Mesh<BufferGeometry, RawShaderMaterial>;
  readonly over: Mesh<BufferGeometry, RawShaderMaterial>;
  private readonly shapes: Lines;
  private readonly draft: Lines;
  private shown: { readonly shapes: readonly Shape[]; readonly doors: string; readonly chosen: readonly number[]; readonly world: Extent | null } = NOTHING;
  private drawn: Draft | null = null;
  private of: readonly Shape[] = [];
  private doors: readonly Shape[] = [];

  constructor(make: MakeMaterial) {
    this.shapes = new Lines(make);
    this.draft = new Lines(make);
    this.under = this.shapes.thing;
    this.over = this.draft.thing;
  }

  /** Shows shapes as they are in a tick; true if the picture is another. */
  show(shapes: readonly Shape[], tick: number, chosen: readonly number[], world: Extent): boolean {
    const { shown } = this;
    if (shapes.length === 0 && shown.shapes.length === 0) return false;
    // Asked with every frame.
    if (shapes !== this.of) [this.of, this.doors] = [shapes, shapes.filter(({ role }) => role === 'door')];
    const doors = this.doors.map((door) => Number(isOpen(door, tick))).join('');
    if (shapes === shown.shapes && doors === shown.doors && chosen === shown.chosen && world === shown.world) return false;
    this.shown = { shapes, doors, chosen, world };
    this.shapes.show(world, (add) => {
      // Areas first, and what one must go around last.
      const order = (shape: Shape) => ['sink', 'goal', 'source', 'wall', 'door'].indexOf(shape.role);
      const numbers = shapes.map((_, number) => number).sort((a, b) => order(shapes[a]!) - order(shapes[b]!));
      for (const number of numbers) add.outline(shapes[number]!.outline, styleOf(shapes[number]!, tick, chosen.includes(number)));
    });
    return true;
  }

  /** Shows what a hand is drawing; true if the picture is another. */
  sketch(draft: Draft | null, world: Extent): boolean {
    if (draft === this.drawn) return false;
    this.drawn = draft;
    if (!draft) this.draft.hide();
    else {
      const style = { tint: draft.tint, fill: 0.03, half: 1.2 };
      this.draft.show(world, (add) => {
        for (const outline of draft.outlines) add.outline(outline, style);
        if (draft.path) add.path(draft.path, style);
      }, draft.flat);
    }
    return true;
  }

  clear(): void {
    this.shown = NOTHING;
    this.drawn = null;
    this.shapes.hide();
    this.draft.hide();
  }
}

const NOTHING = { shapes: [], doors: '', chosen: [], world: null };

function styleOf(shape: Shape, tick: number, chosen: boolean): Style {
  const { role } = shape;
  const style = { ...STYLES[role], tint: chosen ? CHOSEN : ROLE_TINTS[role] };
  const bold = chosen ? { ...style, half: style.half + 1 } : style;
  return role === 'door' && isOpen(shape, tick) ? { ...bold, half: 1, fill: 0, dashed: true } : bold;
}
