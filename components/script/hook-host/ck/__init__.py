"""The Python side of Collective Knowledge's interface: `import ck.kernel as ck`."""
