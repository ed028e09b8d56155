// A component that is drawn again only when its properties differ. preact/compat
// has one, with much that the page does not need.
import { Component, h, type ComponentChildren, type ComponentType, type FunctionComponent } from "preact";

export function memo<P extends object>(Inner: FunctionComponent<P>, same: (a: P, b: P) => boolean): ComponentType<P> {
  return class extends Component<P> {
    shouldComponentUpdate(next: P): boolean { return !same(this.props, next); }
    render(props: P): ComponentChildren { return h(Inner as FunctionComponent<object>, props); }
  };
}
