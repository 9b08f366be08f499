/** A component for react-three-fiber, of whatever objects of three.js show entities. */

import { useFrame, useThree, type ThreeEvent } from '@react-three/fiber';
import { createElement, forwardRef, useEffect, useImperativeHandle, useState, type ForwardRefExoticComponent, type RefAttributes } from 'react';
import type { BufferGeometry, Euler, Object3D, Vector3 } from 'three';
import type { InstanceOptions } from '../three/options.js';
import type { Simulation } from '../types.js';
import { valueOf } from '../value.js';

/** What happened with the pointer, and to whom: `entity` is an id, `row` its row in the frame that is shown. */
export type EntityEvent<Happened> = ThreeEvent<Happened> & { readonly entity: number; readonly row: number };

/** An object of this package for three.js. */
export interface Shown extends Object3D {
  set(options: InstanceOptions): void;
  update(): boolean;
  dispose(): void;
}

/** Makes such objects. */
export interface Makers<Material, Points extends Shown, Instances extends Shown> {
  points(simulation: Simulation, options: InstanceOptions & { material?: Material }): Points;
  instances(simulation: Simulation, shape: BufferGeometry, options: InstanceOptions & { material?: Material }): Instances;
}

/** A place or a turn as react-three-fiber takes it. */
type Triple<Class> = Class | readonly [x: number, y: number, z: number];

export interface EntitiesProps<Material> extends InstanceOptions {
  /** Nothing is shown as long as it is null, as `useSimulation` gives it before there is one. */
  readonly simulation: Simulation | null;
  /** What each entity is shown as; a square point if it is not given. It stays yours. */
  readonly shape?: BufferGeometry | undefined;
  /** Your own material. It stays yours. */
  readonly material?: Material | undefined;
  /** Sets what colours show, for all views of the simulation: a column, `speed`, `heading` or `none`; with the values of the lowest and the highest colour. */
  readonly colorBy?: string | { readonly column: string; readonly range: readonly [number, number] } | undefined;
  readonly position?: Triple<Vector3> | undefined;
  readonly rotation?: Triple<Euler> | undefined;
  readonly scale?: number | Triple<Vector3> | undefined;
  readonly visible?: boolean | undefined;
  readonly renderOrder?: number | undefined;
  readonly onClick?: ((event: EntityEvent<MouseEvent>) => void) | undefined;
  readonly onContextMenu?: ((event: EntityEvent<MouseEvent>) => void) | undefined;
  readonly onDoubleClick?: ((event: EntityEvent<MouseEvent>) => void) | undefined;
  readonly onWheel?: ((event: EntityEvent<WheelEvent>) => void) | undefined;
  readonly onPointerDown?: ((event: EntityEvent<PointerEvent>) => void) | undefined;
  readonly onPointerUp?: ((event: EntityEvent<PointerEvent>) => void) | undefined;
  readonly onPointerOver?: ((event: EntityEvent<PointerEvent>) => void) | undefined;
  readonly onPointerOut?: ((event: EntityEvent<PointerEvent>) => void) | undefined;
  readonly onPointerEnter?: ((event: EntityEvent<PointerEvent>) => void) | undefined;
  readonly onPointerLeave?: ((event: EntityEvent<PointerEvent>) => void) | undefined;
  readonly onPointerMove?: ((event: EntityEvent<PointerEvent>) => void) | undefined;
  /** Nobody of them was clicked. */
  readonly onPointerMissed?: ((event: MouseEvent) => void) | undefined;
}

/** How often a canvas that draws on demand is drawn at most for a world that runs. */
const HERTZ = 60;

/** The component; props are compared by their values, and a change of them makes no other simulation. */
export function componentOf<Material, Points extends Shown, Instances extends Shown>(
  makers: Makers<Material, Points, Instances>,
): ForwardRefExoticComponent<EntitiesProps<Material> & RefAttributes<Points | Instances>> {
  return forwardRef<Points | Instances, EntitiesProps<Material>>(function Entities(props, ref) {
    const { simulation, shape, material, colorBy, size, units, heading, images, interpolate, ...rest } = props;
    const options: InstanceOptions = { size, units, images, interpolate, ...(shape ? { heading } : {}) };
    const key = valueOf(options);
    const [shown, setShown] = useState<{ object: Points | Instances; key: string } | null>(null);
    const invalidate = useThree((state) => state.invalidate);
    const demanded = useThree((state) => state.frameloop === 'demand');

    useEffect(() => {
      if (!simulation || simulation.state === 'disposed') return setShown(null);
      const all = material ? { ...options, material } : options;
      const object = shape ? makers.instances(simulation, shape, all) : makers.points(simulation, all);
      setShown({ object, key });
      return () => object.dispose();
    }, [simulation, shape, material]);

    useEffect(() => {
      if (!shown || shown.key === key) return;
      shown.object.set(options);
      shown.key = key;
      invalidate();
    }, [shown, key]);

    const color = valueOf(colorBy ?? null);
    useEffect(() => {
      if (!simulation || simulation.state === 'disposed' || !colorBy) return;
      if (typeof colorBy === 'string') simulation.setColorBy(colorBy);
      else simulation.setColorBy(colorBy.column, colorBy.range);
    }, [simulation, color]);

    useEffect(() => {
      if (!simulation || !demanded) return;
      return simulation.on('tick', () => invalidate(), { hertz: HERTZ });
    }, [simulation, demanded]);

    useFrame(() => {
      // What is on its way is drawn until it is there.
      if (shown?.object.update() && demanded && interpolate) invalidate();
    });
    useImperativeHandle(ref, () => shown?.object as Points | Instances, [shown]);
    return shown && createElement('primitive', { key: shown.object.uuid, object: shown.object, ...given(rest) });
  });
}

/** Without what is undefined, which would be set. */
function given(props: object): object {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined));
}
