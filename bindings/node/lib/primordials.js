// SPDX-License-Identifier: MIT
'use strict';

/*
 * The built-in functions as they were when this module was loaded: what a program does to
 * Array.prototype and its like later has no effect on how we start its children.
 */

const { bind, call, apply } = Function.prototype;
const uncurryThis = bind.bind(call);
const applyBind = bind.bind(apply);

module.exports = {
  uncurryThis,
  ArrayIsArray: Array.isArray,
  ArrayPrototypeIncludes: uncurryThis(Array.prototype.includes),
  ArrayPrototypeIndexOf: uncurryThis(Array.prototype.indexOf),
  ArrayPrototypeJoin: uncurryThis(Array.prototype.join),
  ArrayPrototypeLastIndexOf: uncurryThis(Array.prototype.lastIndexOf),
  ArrayPrototypePush: uncurryThis(Array.prototype.push),
  ArrayPrototypePushApply: applyBind(Array.prototype.push),
  ArrayPrototypeSlice: uncurryThis(Array.prototype.slice),
  ArrayPrototypeSplice: uncurryThis(Array.prototype.splice),
  ArrayPrototypeUnshift: uncurryThis(Array.prototype.unshift),
  MathAbs: Math.abs,
  NumberIsInteger: Number.isInteger,
  NumberMAX_SAFE_INTEGER: Number.MAX_SAFE_INTEGER,
  ObjectAssign: Object.assign,
  ObjectDefineProperties: Object.defineProperties,
  ObjectDefineProperty: Object.defineProperty,
  ObjectPrototype: Object.prototype,
  ObjectPrototypeHasOwnProperty: uncurryThis(Object.prototype.hasOwnProperty),
  ObjectSetPrototypeOf: Object.setPrototypeOf,
  Promise,
  ReflectApply: Reflect.apply,
  ReflectOwnKeys: Reflect.ownKeys,
  RegExpPrototypeExec: uncurryThis(RegExp.prototype.exec),
  StringPrototypeIncludes: uncurryThis(String.prototype.includes),
  StringPrototypeIndexOf: uncurryThis(String.prototype.indexOf),
  StringPrototypeSlice: uncurryThis(String.prototype.slice),
  StringPrototypeToLowerCase: uncurryThis(String.prototype.toLowerCase),
  StringPrototypeToUpperCase: uncurryThis(String.prototype.toUpperCase),
  SymbolDispose: Symbol.dispose,
};
