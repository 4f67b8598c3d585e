// What the page is drawn with: Preact, its hooks, and htm to write elements without a compiler.

import { Component, Fragment, h, render } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import htm from "htm";

export const html = htm.bind(h);

const same = (one, other) => {
  const keys = Object.keys(other);
  return keys.length === Object.keys(one).length && keys.every((key) => one[key] === other[key]);
};

/** The component, drawn again only where one of its properties is another. One that fails is left
 * out and reported; it stops no other. */
export function memo(Drawn) {
  return class extends Component {
    shouldComponentUpdate(next, { broken }) {
      return broken !== this.state.broken || !same(this.props, next);
    }
    componentDidCatch(error) {
      reportError(error);
      this.setState({ broken: true });
    }
    render(props, { broken }) {
      return broken ? null : h(Drawn, props);
    }
  };
}

export { Component, Fragment, h, render, useEffect, useLayoutEffect, useRef, useState };
