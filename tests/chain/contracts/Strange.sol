// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// Wallets that do everything with a signature but judge it.
contract Strange {
    enum Way {
        Revert,
        BurnGas,
        BurnMemory,
        ReturnMuch,
        RevertWithMuch,
        Echo,
        Nothing,
        Invalid
    }

    Way immutable way;

    constructor(Way chosen) {
        way = chosen;
    }

    fallback(bytes calldata input) external returns (bytes memory) {
        if (way == Way.Revert) revert("never");
        if (way == Way.BurnGas) {
            uint256 x = block.number;
            while (true) x = uint256(keccak256(abi.encode(x)));
        }
        if (way == Way.BurnMemory) {
            assembly {
                for { let at := 0x10000 } 1 { at := mul(at, 2) } { mstore(at, 1) }
            }
        }
        if (way == Way.ReturnMuch) {
            assembly {
                mstore(0, shl(224, 0x1626ba7e))
                return(0, 1900000)
            }
        }
        if (way == Way.RevertWithMuch) {
            assembly {
                revert(0, 1900000)
            }
        }
        if (way == Way.Echo) return input;
        if (way == Way.Invalid) {
            assembly {
                invalid()
            }
        }
        return "";
    }
}
