// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// A wallet whose owner's signatures are its own (ERC-1271).
contract Wallet {
    address public owner;

    constructor(address first) {
        owner = first;
    }

    function setOwner(address next) external {
        require(msg.sender == owner, "not the owner");
        owner = next;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        if (signature.length != 65) return 0xffffffff;
        uint8 v = uint8(signature[64]);
        address signer = ecrecover(hash, v, bytes32(signature[0:32]), bytes32(signature[32:64]));
        return signer != address(0) && signer == owner ? bytes4(0x1626ba7e) : bytes4(0xffffffff);
    }
}

/// Deploys wallets where anybody can compute that they will be (CREATE2).
contract Factory {
    function deploy(address owner, bytes32 salt) external returns (address) {
        return address(new Wallet{salt: salt}(owner));
    }

    function addressOf(address owner, bytes32 salt) external view returns (address) {
        bytes memory code = abi.encodePacked(type(Wallet).creationCode, abi.encode(owner));
        bytes32 hash = keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, keccak256(code)));
        return address(uint160(uint256(hash)));
    }

    /// Burns all the gas that it is given.
    function burn() external view {
        uint256 x = block.number;
        while (true) x = uint256(keccak256(abi.encode(x)));
    }
}
